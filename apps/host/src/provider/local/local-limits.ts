import { join } from "node:path";
import { type ProcessSpec, SpawnError } from "../provider.ts";
import {
  type CgroupRoot,
  createCgroup,
  joinCgroup,
  openCgroupRoot,
  removeAbandonedCgroups,
  removeCgroup,
} from "./cgroup.ts";
import { HAS_PROC } from "./process-identity.ts";
import { PROCESS_ID, type ProcessState } from "./process-files.ts";

export interface LimitSettings {
  /** Without it processes take what they want. */
  readonly isEnforced: boolean;
  /** A directory of cgroup v2 that was delegated to this host; without it only memory is limited, by looking. */
  readonly cgroup: string | undefined;
}

/** What holds a process of this machine to what its deployment may use. */
export class LocalLimits {
  readonly #isEnforced: boolean;
  readonly #root: CgroupRoot | undefined;

  private constructor(isEnforced: boolean, root: CgroupRoot | undefined) {
    this.#isEnforced = isEnforced;
    this.#root = root;
  }

  /** Throws when the cgroup cannot be used. */
  static async open({ isEnforced, cgroup }: LimitSettings): Promise<LocalLimits> {
    return new LocalLimits(isEnforced, cgroup === undefined ? undefined : await openCgroupRoot(cgroup));
  }

  /** For a process that has not begun yet: answers what has to be remembered of it. Throws SpawnError. */
  async apply(
    pid: number,
    { processId, limits }: ProcessSpec,
  ): Promise<Pick<ProcessState, "memoryLimitBytes" | "cgroup">> {
    const watched = this.#isEnforced && HAS_PROC ? { memoryLimitBytes: Math.round(limits.memoryMb * 1024 * 1024) } : {};
    const root = this.#root;
    if (!root) return watched;
    // A group without limits is good for one thing: nothing gets out of it.
    const usable = this.#isEnforced ? root : { ...root, controllers: new Set<never>() };
    const cgroup = join(root.directory, processId);
    try {
      await createCgroup(usable, processId, limits);
      await joinCgroup(cgroup, pid);
    } catch (error) {
      await removeCgroup(cgroup);
      throw new SpawnError("its group in HOST_CGROUP could not be made", { cause: error });
    }
    return root.controllers.has("memory") ? { cgroup } : { cgroup, ...watched };
  }

  /** Removes what is left of processes that nobody knows. */
  async tidy(isKnown: (processId: string) => boolean): Promise<void> {
    if (this.#root) await removeAbandonedCgroups(this.#root, (name) => PROCESS_ID.test(name) && !isKnown(name));
  }
}
