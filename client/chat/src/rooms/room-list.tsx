import { useState, type FormEvent } from 'react';
import { Icon } from '../look/icons.js';
import { useLiveValue } from '../use-live-value.js';
import { hashOf, roomTyped, SUGGESTED_ROOMS } from './room-name.js';
import type { Room } from './room.js';
import './room-list.css';

interface RoomListProps {
  readonly joined: readonly Room[];
  readonly current: string;
  readonly onLeave: (room: Room) => void;
  /** A room was chosen by hand. */
  readonly onChosen: () => void;
}

/** The joined rooms with what is unread, rooms to try, and a field for any other. */
export function RoomList({ joined, current, onLeave, onChosen }: RoomListProps) {
  const names = new Set(joined.map(({ name }) => name));
  const others = SUGGESTED_ROOMS.filter(({ name }) => !names.has(name));
  return (
    <nav className="rooms" aria-label="Rooms">
      <h2>Your rooms</h2>
      <ul>
        {joined.map((room) => (
          <JoinedRoom
            key={room.name}
            room={room}
            isCurrent={room.name === current}
            mayLeave={joined.length > 1}
            onLeave={onLeave}
            onChosen={onChosen}
          />
        ))}
      </ul>
      {others.length > 0 && <h2>More rooms</h2>}
      <ul>
        {others.map(({ name, about }) => (
          <li key={name}>
            <a className="room room-offered" href={hashOf(name)} onClick={onChosen}>
              <span className="room-name">{name}</span>
              <span className="room-about">{about}</span>
            </a>
          </li>
        ))}
      </ul>
      <OtherRoom onChosen={onChosen} />
    </nav>
  );
}

interface JoinedRoomProps {
  readonly room: Room;
  readonly isCurrent: boolean;
  readonly mayLeave: boolean;
  readonly onLeave: (room: Room) => void;
  readonly onChosen: () => void;
}

function JoinedRoom({ room, isCurrent, mayLeave, onLeave, onChosen }: JoinedRoomProps) {
  const { unread } = useLiveValue(room.view);
  return (
    <li className="room-line">
      <a
        className="room"
        href={hashOf(room.name)}
        aria-current={isCurrent ? 'page' : undefined}
        onClick={onChosen}
      >
        <span className="room-name">{room.name}</span>
        {unread > 0 && (
          <span className="room-unread">
            {unread > 99 ? '99+' : unread}
            <span className="unseen"> unread</span>
          </span>
        )}
      </a>
      {mayLeave && (
        <button
          type="button"
          className="quiet-button room-leave"
          aria-label={`Leave ${room.name}`}
          title={`Leave ${room.name}`}
          onClick={() => onLeave(room)}
        >
          <Icon name="close" />
        </button>
      )}
    </li>
  );
}

function OtherRoom({ onChosen }: { readonly onChosen: () => void }) {
  const [typed, setTyped] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const open = (event: FormEvent) => {
    event.preventDefault();
    const name = roomTyped(typed);
    if (name === undefined) return setIsWrong(true);
    window.location.hash = hashOf(name);
    setTyped('');
    onChosen();
  };
  return (
    <form className="other-room" onSubmit={open}>
      <label htmlFor="other-room">Open any room</label>
      <div className="other-room-line">
        <input
          id="other-room"
          value={typed}
          placeholder="room name"
          maxLength={48}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'other-room-problem' : undefined}
          onChange={(event) => {
            setTyped(event.target.value);
            setIsWrong(false);
          }}
        />
        <button type="submit" className="quiet-button" aria-label="Open the room">
          <Icon name="plus" />
        </button>
      </div>
      {isWrong && (
        <p id="other-room-problem" className="field-problem" role="alert">
          Use letters, digits and - _ . and begin with a letter or a digit.
        </p>
      )}
    </form>
  );
}
