import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Logger } from "@roombridge/service";
import type { DockerSettings, ImageCommand } from "../../operator-config.ts";
import { SpawnError } from "../provider.ts";
import type { Engine, RegistryLogin } from "./engine.ts";
import { EngineRefusedError } from "./engine-error.ts";
import { loginAddressOf, registryOf } from "./image-reference.ts";
import { PullProgress } from "./pull-progress.ts";

const PROGRESS_MS = 5_000;
/** A registry that sends nothing for so long will not send the rest either. */
const STALLED_MS = 120_000;

export interface ImageStoreOptions {
  readonly engine: Engine;
  readonly settings: DockerSettings;
  readonly log: Logger;
}

/** Sees to it that the engine has an image. At most one pull of an image is under way. */
export class ImageStore {
  readonly #options: ImageStoreOptions;
  readonly #pulls = new Map<string, Promise<void>>();

  constructor(options: ImageStoreOptions) {
    this.#options = options;
  }

  /** Throws SpawnError when the image is not there and cannot be had. */
  async need({ image, pull }: Pick<ImageCommand, "image" | "pull">): Promise<void> {
    // A pull that refreshes an image is waited for too: whoever wants the newest one gets it.
    const underWay = this.#pulls.get(image);
    if (underWay) return underWay;
    if (await this.#options.engine.hasImage(image)) return;
    if (pull === "never") throw new SpawnError(`the engine has no image ${image}, and it may not be pulled`);
    await this.pull(image);
  }

  /** Throws SpawnError with the engine's reason. */
  async pull(image: string): Promise<void> {
    const pull = this.#pulls.get(image) ?? this.#pull(image).finally(() => this.#pulls.delete(image));
    this.#pulls.set(image, pull);
    await pull;
  }

  async #pull(image: string): Promise<void> {
    const { engine, log } = this.#options;
    log.info({ image }, "pulling an image");
    try {
      await this.#follow(image, await engine.pull(image, await this.#readLogin(image)));
    } catch (error) {
      if (!(error instanceof EngineRefusedError)) throw error;
      throw new SpawnError(`the image ${image} cannot be pulled: ${error.message}`, { cause: error });
    }
    log.info({ image }, "an image was pulled");
  }

  async #follow(image: string, stream: NodeJS.ReadableStream): Promise<void> {
    const { log } = this.#options;
    const progress = new PullProgress();
    let toldMs = performance.now();
    const end = () => void ("destroy" in stream && typeof stream.destroy === "function" && stream.destroy());
    const stalled = setTimeout(end, STALLED_MS);
    try {
      for await (const line of createInterface({ input: stream })) {
        stalled.refresh();
        progress.add(line);
        if (performance.now() - toldMs < PROGRESS_MS) continue;
        toldMs = performance.now();
        log.info({ image, ...progress.summary() }, "pulling an image");
      }
    } finally {
      clearTimeout(stalled);
    }
    if (progress.error !== undefined) throw new SpawnError(`the image ${image} cannot be pulled: ${progress.error}`);
    // The stream of a connection that broke ends like any other.
    if (!(await this.#options.engine.hasImage(image))) throw new SpawnError(`the pull of the image ${image} broke off`);
  }

  /** Read for each pull: a password that was changed needs no new start of the host. */
  async #readLogin(image: string): Promise<RegistryLogin | undefined> {
    const registry = registryOf(image);
    const login = this.#options.settings.registries[registry];
    if (!login) return undefined;
    const { username, passwordFile } = login;
    const text = await readFile(passwordFile, "utf8").catch((error: unknown) => {
      throw new SpawnError(`the password file of the registry ${registry} cannot be read`, { cause: error });
    });
    return { username, password: text.trim(), serveraddress: loginAddressOf(registry) };
  }
}
