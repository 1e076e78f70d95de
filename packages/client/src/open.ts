/** A word that a later server may add to passes through as it is. */
export type Open<Known extends string> = Known | (string & Record<never, never>);
