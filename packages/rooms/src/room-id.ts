const ROOM_ID = /^[a-zA-Z0-9_-]{1,100}$/;

/** Hathora's rule for roomId. */
export function isRoomId(text: string): boolean {
  return ROOM_ID.test(text);
}

/** PostgreSQL text holds no U+0000, and UTF-8 no lone surrogate. */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
