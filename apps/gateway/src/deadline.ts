/** What an answer that came too late would have been. */
export type Late<Result> = { readonly result: Result } | { readonly error: unknown };

/**
 * The result of `work`, or `late()` when it takes longer than so many milliseconds. It goes on then, because nothing can call
 * back what was asked of the database; `onLate` hears how it ended.
 */
export function withDeadline<Result>(
  work: Promise<Result>,
  deadlineMs: number,
  { late, onLate }: { readonly late: () => Result; readonly onLate: (outcome: Late<Result>) => void },
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      resolve(late());
    }, deadlineMs);
    work.then(
      (result) => {
        if (isLate) return onLate({ result });
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        if (isLate) return onLate({ error });
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
