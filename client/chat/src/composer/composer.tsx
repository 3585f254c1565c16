import { useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { Icon } from '../look/icons.js';
import type { Room } from '../rooms/room.js';
import { useDraft } from './use-draft.js';
import './composer.css';

/** Far below the server's limit also when every character takes four bytes. */
const TEXT_MAX = 8000;
const COUNTED_FROM = TEXT_MAX - 500;

interface ComposerProps {
  readonly room: Room;
  /** What happens to a message that is sent now. */
  readonly hint: string;
  /** Why a picture could not be sent, or that one is being made ready. */
  readonly notice: string | undefined;
  readonly onWrite: () => void;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Where a message is written. Give it the room's name as `key`: drafts belong to rooms. */
export function Composer({ room, hint, notice, onWrite, onFiles }: ComposerProps) {
  const [draft, setDraft] = useDraft(room.name);
  const picker = useRef<HTMLInputElement>(null);
  const [isComposing, setIsComposing] = useState(false);
  const text = draft.trim();

  const send = () => {
    if (text === '') return;
    room.say({ kind: 'text', text });
    setDraft('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter takes its proposal.
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files].filter(({ type }) => type.startsWith('image/'));
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  };

  return (
    <form
      className="composer"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {notice !== undefined && (
        <p className="composer-notice" role="status">
          {notice}
        </p>
      )}
      <div className="composer-box">
        <button
          type="button"
          className="quiet-button"
          aria-label="Send a picture"
          title="Send a picture (or paste, or drop one)"
          onClick={() => picker.current?.click()}
        >
          <Icon name="image" />
        </button>
        <input
          ref={picker}
          className="unseen"
          type="file"
          accept="image/*"
          multiple
          tabIndex={-1}
          aria-label="Picture files"
          onChange={(event) => {
            onFiles([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        {/* The copy of the text behind it makes the field as tall as what is written. */}
        <div className="composer-field" data-copy={draft}>
          <textarea
            data-testid="composer"
            aria-label={`Message to ${room.name}`}
            placeholder={`Message to ${room.name}`}
            rows={1}
            maxLength={TEXT_MAX}
            value={draft}
            // Where a soft keyboard would jump up, the person begins.
            autoFocus={window.matchMedia('(hover: hover)').matches}
            enterKeyHint="send"
            onChange={(event) => {
              setDraft(event.target.value);
              onWrite();
            }}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onCompositionStart={() => setIsComposing(true)}
            onCompositionEnd={() => setIsComposing(false)}
          />
        </div>
        <button
          type="submit"
          className="send"
          data-testid="send"
          aria-label="Send"
          disabled={text === ''}
        >
          <Icon name="send" />
        </button>
      </div>
      <p className="composer-hint">
        {draft.length > COUNTED_FROM ? `${TEXT_MAX - draft.length} characters left` : hint}
      </p>
    </form>
  );
}
