import { useMemo } from 'react';
import { Icon } from '../look/icons.js';
import { ENTRIES_MAX } from '../rooms/room-log.js';
import type { Room, RoomView } from '../rooms/room.js';
import type { Myself } from '../session/myself.js';
import { useLiveValue } from '../use-live-value.js';
import { AnnouncementRow, DayDivider, GapDivider, UnreadDivider } from './dividers.js';
import { EmptyRoom, RoomLoading, RoomProblem } from './empty-states.js';
import { MessageRow } from './message-row.js';
import { rowsOf, type Row } from './timeline.js';
import { useNewest } from './use-newest.js';
import { useWatching } from './use-watching.js';
import './timeline-view.css';

/** The log of a room. Give it the room's name as `key`: each room has a place of its own. */
export function TimelineView({ room, me }: { readonly room: Room; readonly me: Myself }) {
  const view = useLiveValue(room.view);
  const { scroller, list, isAtNewest, jump } = useNewest();
  useWatching(room, isAtNewest);
  const rows = useMemo(
    () => rowsOf(view.log.entries, view.unreadFrom),
    [view.log.entries, view.unreadFrom],
  );
  const isEmpty = rows.length === 0;
  return (
    <div className="timeline">
      {view.phase === 'failed' && <RoomProblem room={room} problem={view.problem} />}
      {/* Focusable, so that the keyboard can scroll it. */}
      <div
        className="timeline-scroller"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label={`Messages in ${room.name}`}
      >
        {isEmpty && view.phase === 'joining' && <RoomLoading />}
        {isEmpty && view.phase === 'joined' && <EmptyRoom name={room.name} />}
        <div className="timeline-rows">
          <Older room={room} view={view} />
          <div
            ref={list}
            role="log"
            aria-live="polite"
            aria-relevant="additions"
            aria-busy={view.phase === 'joining' || view.older === 'loading'}
            aria-label="Messages"
          >
            {rows.map((row) => (
              <TimelineRow key={row.key} row={row} room={room} me={me} />
            ))}
          </div>
        </div>
      </div>
      {!isAtNewest && (
        <button type="button" className="jump" onClick={jump}>
          <Icon name="down" />
          {view.unread === 0 ? 'Jump to newest' : unreadInWords(view.unread)}
        </button>
      )}
    </div>
  );
}

function TimelineRow({
  row,
  room,
  me,
}: {
  readonly row: Row;
  readonly room: Room;
  readonly me: Myself;
}) {
  switch (row.kind) {
    case 'day':
      return <DayDivider at={row.at} />;
    case 'unread':
      return <UnreadDivider />;
    case 'gap':
      return <GapDivider entry={row.entry} room={room} />;
    case 'announcement':
      return <AnnouncementRow entry={row.entry} />;
    case 'message': {
      const { entry, isFirst, isLast } = row;
      const isMine = me.is(entry.author?.user);
      return (
        <MessageRow entry={entry} isFirst={isFirst} isLast={isLast} isMine={isMine} room={room} />
      );
    }
  }
}

function Older({ room, view }: { readonly room: Room; readonly view: RoomView }) {
  if (view.phase !== 'joined' || view.log.entries.length === 0) return null;
  if (view.log.entries.length >= ENTRIES_MAX) {
    return (
      <p className="older-note">This page keeps the newest {ENTRIES_MAX} messages of a room.</p>
    );
  }
  if (view.older === 'none') return <p className="older-note">This is where the room begins.</p>;
  return (
    <button
      type="button"
      className="pill-button older"
      disabled={view.older === 'loading'}
      onClick={() => void room.loadOlder()}
    >
      {view.older === 'loading' ? 'Loading older messages' : null}
      {view.older === 'failed' ? 'That did not work. Try again' : null}
      {view.older === 'some' ? 'Load older messages' : null}
    </button>
  );
}

function unreadInWords(unread: number): string {
  return unread === 1 ? '1 new message' : `${unread} new messages`;
}
