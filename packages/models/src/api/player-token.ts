import { z } from "zod";
import { storableText } from "./storable-text.ts";

/** Body of `LoginNickname` (Hathora `NicknameObject`). Unknown keys are ignored. */
export const Nickname = z
  .object({ nickname: storableText(100).min(1).meta({ example: "Frodo" }) })
  .meta({ id: "NicknameObject" });
export type Nickname = z.infer<typeof Nickname>;

/** Body of `LoginGoogle` (Hathora `GoogleIdTokenObject`). Unknown keys are ignored. */
export const GoogleIdToken = z
  .object({ idToken: storableText(10_000).min(1).meta({ description: "An ID token of Google for this application." }) })
  .meta({ id: "GoogleIdTokenObject" });
export type GoogleIdToken = z.infer<typeof GoogleIdToken>;

/** Answer of the logins (Hathora `PlayerTokenObject`). */
export const PlayerToken = z
  .object({ token: z.string().meta({ description: "A JWT (HS256) that is signed with the application's secret." }) })
  .meta({ id: "PlayerTokenObject" });
export type PlayerToken = z.infer<typeof PlayerToken>;
