/** A promise and what settles it; `Promise.withResolvers` needs Node 22. */
export interface Deferred<Result> {
  readonly promise: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<Result>(): Deferred<Result> {
  let settle: Pick<Deferred<Result>, "resolve" | "reject"> = { resolve: () => {}, reject: () => {} };
  const promise = new Promise<Result>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}
