import type { Message } from '@carillon/sdk';
import type { Chat } from '../chat.js';
import { Icon } from '../look/icons.js';
import { readAnnouncement } from '../timeline/content.js';
import { instantInWords, timeInWords } from '../timeline/dates.js';
import { useLiveValue } from '../use-live-value.js';
import './banners.css';

/** More than this would hide the room; the rest waits behind them. */
const SHOWN_MAX = 2;

/** What administrators said to everyone or to this person, until it is dismissed. */
export function Banners({ chat }: { readonly chat: Chat }) {
  const waiting = useLiveValue(chat.announcements);
  const shown = waiting.slice(-SHOWN_MAX);
  return (
    <div className="banners">
      {shown.map((message) => (
        <Banner
          key={`${message.channel}/${message.offset}/${message.id}`}
          message={message}
          onDismiss={() => chat.dismiss(message)}
        />
      ))}
      {waiting.length > SHOWN_MAX && (
        <p className="banners-more">{earlierInWords(waiting.length - SHOWN_MAX)}</p>
      )}
    </div>
  );
}

function earlierInWords(count: number): string {
  return count === 1
    ? '1 earlier one waits behind these'
    : `${count} earlier ones wait behind these`;
}

interface BannerProps {
  readonly message: Message;
  readonly onDismiss: () => void;
}

function Banner({ message, onDismiss }: BannerProps) {
  const { title, text } = readAnnouncement(message.data);
  const priority = message.priority ?? 'normal';
  const isUrgent = priority === 'critical' || priority === 'high';
  return (
    <section
      className={`banner banner-${priority}`}
      role={isUrgent ? 'alert' : 'status'}
      aria-label="Announcement"
      data-testid="banner"
    >
      <Icon name={isUrgent ? 'alert' : 'bell'} />
      <div className="banner-words">
        {title !== undefined && <strong>{title}</strong>}
        <p>{text}</p>
      </div>
      <time dateTime={new Date(message.at).toISOString()} title={instantInWords(message.at)}>
        {timeInWords(message.at)}
      </time>
      <button
        type="button"
        className="quiet-button"
        aria-label="Dismiss the announcement"
        onClick={onDismiss}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}
