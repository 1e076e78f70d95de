// Takes the data directory in argv and holds it until it is killed.
import { openDataDirectory } from "../src/data-directory.ts";

const directory = openDataDirectory(process.argv[2] ?? "");
directory.announce("http://127.0.0.1:1234");
console.log("held");
setInterval(() => {}, 1_000);
