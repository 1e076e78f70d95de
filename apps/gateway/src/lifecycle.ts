/** Shared by the listener, which changes it, and the app, which answers by it. */
export interface Lifecycle {
  /** From the first signal on: not ready, and every answer closes its connection. */
  isDraining: boolean;
}
