import type { Member } from '../commands/presence.js';

/** A user came, left or changed state; per user, when its first client came and its last one is gone. */
export interface PresencePush {
  channel: string;
  type: 'join' | 'leave' | 'update';
  member: Member;
}
