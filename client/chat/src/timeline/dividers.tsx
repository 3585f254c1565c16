import { useState } from 'react';
import { Icon } from '../look/icons.js';
import type { AnnouncementEntry, GapEntry } from '../rooms/room-log.js';
import type { Room } from '../rooms/room.js';
import { dayInWords, instantInWords, timeInWords } from './dates.js';
import { gapInWords } from './gap-words.js';
import './dividers.css';

export function DayDivider({ at }: { readonly at: number }) {
  return (
    <div className="divider divider-day" role="separator" aria-label={dayInWords(at)}>
      <span>{dayInWords(at)}</span>
    </div>
  );
}

export function UnreadDivider() {
  return (
    <div className="divider divider-unread" role="separator" aria-label="New messages" id="unread">
      <span>New</span>
    </div>
  );
}

/** Loss is told, with its reason, and mended where it can be. */
export function GapDivider({ entry, room }: { readonly entry: GapEntry; readonly room: Room }) {
  const [fetching, setFetching] = useState<'no' | 'yes' | 'failed'>('no');
  const refill = () => {
    setFetching('yes');
    room.refill(entry.key).catch(() => setFetching('failed'));
  };
  return (
    <div className="divider divider-gap" data-testid="gap" data-key={entry.key}>
      <span>
        <Icon name="broken" />
        {gapInWords(entry)}
        {entry.refillAfter !== undefined && (
          <button
            type="button"
            className="text-button"
            disabled={fetching === 'yes'}
            onClick={refill}
          >
            {fetching === 'failed' ? 'Try again' : fetching === 'yes' ? 'Fetching' : 'Fetch them'}
          </button>
        )}
      </span>
    </div>
  );
}

/** An administrator's message at its place in the log. */
export function AnnouncementRow({ entry }: { readonly entry: AnnouncementEntry }) {
  return (
    <article
      className={`announcement announcement-${entry.priority}`}
      data-testid="announcement"
      data-key={entry.key}
    >
      <p className="announcement-head">
        <span>Announcement</span>
        <time dateTime={new Date(entry.at).toISOString()} title={instantInWords(entry.at)}>
          {timeInWords(entry.at)}
        </time>
      </p>
      {entry.title !== undefined && <p className="announcement-title">{entry.title}</p>}
      <p className="announcement-text">{entry.text}</p>
    </article>
  );
}
