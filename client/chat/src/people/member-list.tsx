import { useEffect, useState } from 'react';
import { BellPortrait } from '../look/bell.js';
import type { Movement, Room } from '../rooms/room.js';
import { timeInWords } from '../timeline/dates.js';
import { useLiveValue } from '../use-live-value.js';
import { nameOf } from './roster.js';
import './member-list.css';

const SHOWN_MAX = 200;
const MOVEMENT_SHOWN_MS = 4000;

/** Who is in the room now, on whichever instance. */
export function MemberList({ room, me }: { readonly room: Room; readonly me: string }) {
  const { roster, movement } = useLiveValue(room.view);
  const shown = roster.members.slice(0, SHOWN_MAX);
  return (
    <section className="members" data-testid="members" aria-label="People in this room">
      <h2>
        Here now <span className="members-count">{roster.isKnown ? roster.total : ''}</span>
      </h2>
      {!roster.isKnown && <p className="members-note">Asking who is here</p>}
      <ul>
        {shown.map((member) => (
          <li
            key={member.user}
            className="member"
            title={`${member.user}, here since ${timeInWords(member.joinedAt)}`}
          >
            <BellPortrait user={member.user} name={nameOf(member)} />
            <span className="member-name">{nameOf(member)}</span>
            {member.user === me && <span className="tag">you</span>}
          </li>
        ))}
      </ul>
      {roster.total > shown.length && (
        <p className="members-note">and {roster.total - shown.length} more</p>
      )}
      <MovementLine movement={movement} />
    </section>
  );
}

/** The last arrival or departure, for a moment. */
function MovementLine({ movement }: { readonly movement: Movement | undefined }) {
  const [gone, setGone] = useState<Movement>();
  useEffect(() => {
    if (!movement) return undefined;
    const timer = setTimeout(() => setGone(movement), MOVEMENT_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [movement]);
  const isShown = movement !== undefined && movement !== gone;
  return (
    <p className="movement" role="status">
      {isShown && `${movement.name} ${movement.type === 'join' ? 'came in' : 'left'}`}
    </p>
  );
}
