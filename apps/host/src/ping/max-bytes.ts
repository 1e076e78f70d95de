/** Of a message or a datagram. An answer is as long as its question: nobody's forged address is flooded through us. */
export const MAX_BYTES = 64;
