/**
 * Variables that make a loader, a shell or an interpreter run other code than the command it was given. Deployments are
 * written over the API, commands only in the operator's file, so a deployment may not set these. `env` in front of the
 * command does.
 */
const NAMES = new Set([
  ...[
    "PATH",
    "HOME",
    "IFS",
    "ENV",
    "BASH_ENV",
    "SHELLOPTS",
    "BASHOPTS",
    "PS4",
    "GCONV_PATH",
    "LOCPATH",
    "GLIBC_TUNABLES",
  ],
  ...[
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_COMPILE_CACHE",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PERL5LIB",
    "PERL5OPT",
    "RUBYLIB",
    "RUBYOPT",
  ],
  ...["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "DOTNET_STARTUP_HOOKS", "LUA_INIT"],
]);
const PREFIXES = ["LD_", "DYLD_", "BASH_FUNC_", "CORECLR_", "COR_"];

export function isSteeringVariable(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
