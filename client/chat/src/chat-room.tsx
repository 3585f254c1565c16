import { useCallback, useEffect, useState } from 'react';
import { Banners } from './broadcasts/banners.js';
import type { Chat } from './chat.js';
import { ConnectionNotice } from './connection/connection-notice.js';
import { Conversation } from './conversation.js';
import { Drawer } from './drawer.js';
import { BellMark, BellPortrait } from './look/bell.js';
import { Icon } from './look/icons.js';
import { useMediaQuery } from './look/use-media-query.js';
import { MemberList } from './people/member-list.js';
import { RoomHeader } from './room-header.js';
import { RoomList } from './rooms/room-list.js';
import { hashOf } from './rooms/room-name.js';
import type { Room } from './rooms/room.js';
import { useOpenRoom } from './rooms/use-open-room.js';
import { useUnreadTitle } from './rooms/use-unread-title.js';
import { useLiveValue } from './use-live-value.js';
import './chat-room.css';

interface ChatRoomProps {
  readonly chat: Chat;
  readonly onSignOut: () => void;
}

/** The whole page of somebody who is signed in: rooms, the conversation, the people. */
export function ChatRoom({ chat, onSignOut }: ChatRoomProps) {
  const { joined, name, room } = useOpenRoom(chat.rooms);
  const connection = useLiveValue(chat.connection);
  const [drawer, setDrawer] = useState<'rooms' | 'people'>();
  const roomsFold = useMediaQuery('(max-width: 719px)');
  const peopleFold = useMediaQuery('(max-width: 1079px)');
  useUnreadTitle(name, joined);

  const close = useCallback(() => setDrawer(undefined), []);
  const isCovered = (drawer === 'rooms' && roomsFold) || (drawer === 'people' && peopleFold);
  useEscape(isCovered, close);

  const leave = (left: Room) => {
    const next = joined.find((other) => other !== left);
    chat.rooms.leave(left.name);
    if (left.name === name && next) window.location.hash = hashOf(next.name);
  };

  return (
    <div className="chat">
      <Drawer
        side="left"
        folds={roomsFold}
        isOpen={drawer === 'rooms'}
        label="Rooms"
        onClose={close}
      >
        <div className="tower">
          <p className="wordmark">
            <BellMark /> Carillon
          </p>
          <RoomList joined={joined} current={name} onLeave={leave} onChosen={close} />
          <div className="myself">
            <BellPortrait user={chat.me.user} name={chat.me.name} />
            <span className="myself-name">{chat.me.name}</span>
            <button
              type="button"
              className="quiet-button"
              aria-label="Sign out"
              title="Sign out"
              onClick={onSignOut}
            >
              <Icon name="exit" />
            </button>
          </div>
        </div>
      </Drawer>
      <main className="conversation" inert={isCovered}>
        <RoomHeader
          name={name}
          room={room}
          connection={connection}
          onRooms={roomsFold ? () => setDrawer('rooms') : undefined}
          onPeople={peopleFold ? () => setDrawer('people') : undefined}
        />
        <ConnectionNotice
          connection={connection}
          onRetry={() => chat.connect()}
          onLeave={onSignOut}
        />
        <Banners chat={chat} />
        {room && <Conversation key={name} chat={chat} room={room} />}
      </main>
      <Drawer
        side="right"
        folds={peopleFold}
        isOpen={drawer === 'people'}
        label="People"
        onClose={close}
      >
        {room && <MemberList key={name} room={room} me={chat.me.user} />}
      </Drawer>
    </div>
  );
}

function useEscape(isActive: boolean, act: () => void): void {
  useEffect(() => {
    if (!isActive) return undefined;
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'Escape') act();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [isActive, act]);
}
