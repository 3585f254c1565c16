import { z } from 'zod';
import { displayName } from '../fields.js';

/** Body of `POST /demo/session`; may be absent. */
export const demoSessionBody = z.strictObject({ name: displayName.optional() });
export type DemoSessionBody = z.infer<typeof demoSessionBody>;

/** A guest of the demo, with the token to connect with. */
export interface DemoSession {
  token: string;
  user: string;
  name: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}
