const TO_BE_ESCAPED = /["\\]/;

/** An array as PostgreSQL reads it. In ids and digests there is nothing to be escaped, which takes the driver longer than the rest. */
export function textArray(values: readonly string[]): string | string[] {
  return values.some((value) => TO_BE_ESCAPED.test(value)) ? [...values] : `{"${values.join('","')}"}`;
}
