import { useState } from 'react';
import type { Connection } from './chat.js';
import { ConnectionBadge } from './connection/connection-badge.js';
import { Icon } from './look/icons.js';
import { ThemeSwitch } from './look/theme-switch.js';
import type { Room, RoomView } from './rooms/room.js';
import { useLiveValue } from './use-live-value.js';
import './room-header.css';

interface RoomHeaderProps {
  readonly name: string;
  readonly room: Room | undefined;
  readonly connection: Connection;
  /** Opens the drawer; absent where the rooms are a column. */
  readonly onRooms: (() => void) | undefined;
  readonly onPeople: (() => void) | undefined;
}

/** The room, its link, the connection, and the ways to the drawers. */
export function RoomHeader({ name, room, connection, onRooms, onPeople }: RoomHeaderProps) {
  return (
    <header className="room-header">
      {onRooms && (
        <button type="button" className="quiet-button" aria-label="Show rooms" onClick={onRooms}>
          <Icon name="menu" />
        </button>
      )}
      <div className="room-heading">
        <h1 data-testid="room-title">{name}</h1>
        <ConnectionBadge connection={connection} />
      </div>
      <CopyLink />
      <ThemeSwitch />
      {onPeople && room && <PeopleButton room={room} onPeople={onPeople} />}
    </header>
  );
}

function PeopleButton({ room, onPeople }: { readonly room: Room; readonly onPeople: () => void }) {
  const { roster }: RoomView = useLiveValue(room.view);
  return (
    <button
      type="button"
      className="quiet-button people-button"
      aria-label={`Show people, ${roster.total} here`}
      onClick={onPeople}
    >
      <Icon name="people" />
      {roster.isKnown && <span>{roster.total}</span>}
    </button>
  );
}

/** Copying needs a secure page; on plain http the address bar has the same link. */
function CopyLink() {
  const [isCopied, setIsCopied] = useState(false);
  if (!window.isSecureContext) return null;
  const copy = () => {
    navigator.clipboard.writeText(window.location.href).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    );
  };
  const label = isCopied ? 'Link copied' : 'Copy the link of this room';
  return (
    <button
      type="button"
      className="quiet-button copy-link"
      aria-label={label}
      title={label}
      onClick={copy}
      onBlur={() => setIsCopied(false)}
    >
      <Icon name={isCopied ? 'check' : 'link'} />
    </button>
  );
}
