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
    "OPENSSL_CONF",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "SDL_DYNAMIC_API",
    "SDL3_DYNAMIC_API",
  ],
  ...[
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_COMPILE_CACHE",
    "BUN_OPTIONS",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "PYTHONBREAKPOINT",
    "PYTHONUSERBASE",
    "PERLLIB",
    "PERL5LIB",
    "PERL5OPT",
    "PERL5DB",
    "RUBYLIB",
    "RUBYOPT",
    "GEM_HOME",
    "GEM_PATH",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
  ],
  ...["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"],
  ...["DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS", "DOTNET_SHARED_STORE", "MONO_PATH", "MONO_ENV_OPTIONS"],
  ...["ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS", "ERL_LIBS", "ELIXIR_ERL_OPTIONS"],
]);
/** Lua has some of its own for each version: LUA_INIT_5_4. */
const PREFIXES = ["LD_", "DYLD_", "BASH_FUNC_", "CORECLR_", "COR_", "LUA_INIT", "LUA_PATH", "LUA_CPATH"];

export function isSteeringVariable(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
