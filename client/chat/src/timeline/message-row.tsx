import { memo } from 'react';
import { BellPortrait } from '../look/bell.js';
import { Icon } from '../look/icons.js';
import type { Room } from '../rooms/room.js';
import { instantInWords, timeInWords } from './dates.js';
import { MessageBody } from './message-body.js';
import type { SpokenEntry } from './timeline.js';
import './message-row.css';

export interface MessageRowProps {
  readonly entry: SpokenEntry;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isMine: boolean;
  readonly room: Room;
}

/** One message: who, what, when, and for one's own how the sending went. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { entry, isFirst, isLast, isMine, room } = props;
  const author = entry.author ?? { user: '', name: 'Server' };
  const priority = entry.kind === 'message' ? entry.priority : 'normal';
  const classes = [
    'message',
    isMine ? 'message-mine' : 'message-theirs',
    isFirst ? 'message-first' : '',
    isLast ? 'message-last' : '',
    `message-${priority}`,
  ];
  return (
    <article
      className={classes.filter(Boolean).join(' ')}
      data-testid="message"
      data-delivery={entry.delivery}
      data-key={entry.key}
      aria-label={`${isMine ? 'You' : author.name}, ${timeInWords(entry.at)}`}
    >
      <div className="message-portrait">
        {!isMine && isLast && <BellPortrait user={author.user} name={author.name} />}
      </div>
      <div className="message-column">
        {isFirst && !isMine && (
          <p className="message-author">
            {author.name}
            {!entry.author && <span className="tag">by the server</span>}
          </p>
        )}
        <div className={`bubble bubble-${entry.content.kind}`}>
          {priority !== 'normal' && priority !== 'low' && (
            <span className="message-priority">{priority}</span>
          )}
          <MessageBody content={entry.content} />
          <span className="message-meta">
            <time dateTime={new Date(entry.at).toISOString()} title={instantInWords(entry.at)}>
              {timeInWords(entry.at)}
            </time>
            {isMine && <Delivery state={entry.delivery} />}
          </span>
        </div>
        {entry.delivery === 'failed' && <Failure entry={entry} room={room} />}
      </div>
    </article>
  );
});

function Delivery({ state }: { readonly state: SpokenEntry['delivery'] }) {
  if (state === 'failed') return <Mark icon="alert" word="Not sent" />;
  if (state === 'sending') return <Mark icon="clock" word="Sending" />;
  return <Mark icon="check" word="Sent" />;
}

function Mark({
  icon,
  word,
}: {
  readonly icon: 'alert' | 'clock' | 'check';
  readonly word: string;
}) {
  return (
    <span className={`delivery delivery-${icon}`} title={word}>
      <Icon name={icon} />
      <span className="unseen">{word}</span>
    </span>
  );
}

function Failure({ entry, room }: { readonly entry: SpokenEntry; readonly room: Room }) {
  const problem = entry.kind === 'outgoing' ? entry.problem : undefined;
  return (
    <div className="failure" role="alert">
      <span>Not sent. {problem}</span>
      <span className="failure-actions">
        <button type="button" className="text-button" onClick={() => room.retry(entry.id)}>
          Try again
        </button>
        <button type="button" className="text-button" onClick={() => room.discard(entry.id)}>
          Discard
        </button>
      </span>
    </div>
  );
}
