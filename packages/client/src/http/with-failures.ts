/** The same bytes, read only as fast as they are taken; whatever ends them too early becomes a failure of ours. */
export function withFailures(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  toFailure: (cause: unknown) => Error,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = (await reader?.read()) ?? { done: true as const };
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (cause) {
          controller.error(toFailure(cause));
        }
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
