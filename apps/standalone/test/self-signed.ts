import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A self-made certificate for 127.0.0.1 and its key, in PEM files of `folder`. */
export function selfSigned(folder: string, name = "relay"): { readonly certFile: string; readonly keyFile: string } {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
  const names = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", [...options.split(" "), ...names, "-keyout", keyFile, "-out", certFile], { stdio: "ignore" });
  return { certFile, keyFile };
}
