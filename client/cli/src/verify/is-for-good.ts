import type { Refusal } from '../deployment/open-socket.js';

/** Words after which trying again cannot help; anything else may pass. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  'unauthenticated',
  'token_expired',
  'forbidden',
  'origin_forbidden',
  'invalid_request',
  'channel_invalid',
  'not_found',
  'too_many_channels',
  'disconnected_by_admin',
]);

/** Whether the server will not have it, however often it is asked. */
export function isForGood({ code }: Refusal): boolean {
  return code !== null && FOR_GOOD.has(code);
}
