import type { Member, PresencePush } from '@carillon/sdk';

/** More people than this are counted, not listed. */
const LISTED_MAX = 500;

/** Who is in a room. */
export interface Roster {
  readonly members: readonly Member[];
  /** Everybody, also those who are not listed. */
  readonly total: number;
  /** False until the server has answered once. */
  readonly isKnown: boolean;
}

export const EMPTY_ROSTER: Roster = { members: [], total: 0, isKnown: false };

export function rosterOf(members: readonly Member[], total: number): Roster {
  return { members: sorted(members).slice(0, LISTED_MAX), total, isKnown: true };
}

/** The roster after somebody came, left or changed state. */
export function afterPresence(roster: Roster, { type, member }: PresencePush): Roster {
  const known = roster.members.some(({ user }) => user === member.user);
  const others = roster.members.filter(({ user }) => user !== member.user);
  if (type === 'leave') {
    return { ...roster, members: others, total: Math.max(others.length, roster.total - 1) };
  }
  const isNew = type === 'join' && !known;
  return {
    ...roster,
    members: sorted([...others, member]).slice(0, LISTED_MAX),
    total: roster.total + (isNew ? 1 : 0),
  };
}

export function nameOf(member: Member): string {
  return member.name ?? member.user;
}

function sorted(members: readonly Member[]): Member[] {
  return members.toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)));
}
