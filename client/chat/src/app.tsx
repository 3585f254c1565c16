import { ChatRoom } from './chat-room.js';
import { SignIn } from './session/sign-in.js';
import { useDemoSession } from './session/use-demo-session.js';
import type { DemoSession } from './session/demo-session.js';
import { useChat } from './use-chat.js';

/** Sign in, or talk. */
export function App() {
  const { session, enter, replace, leave } = useDemoSession();
  if (!session) return <SignIn onEnter={enter} />;
  return <SignedInChat session={session} onOtherUser={replace} onSignOut={leave} />;
}

interface SignedInChatProps {
  readonly session: DemoSession;
  readonly onOtherUser: (session: DemoSession) => void;
  readonly onSignOut: () => void;
}

function SignedInChat({ session, onOtherUser, onSignOut }: SignedInChatProps) {
  const chat = useChat(session, onOtherUser);
  return chat ? <ChatRoom chat={chat} onSignOut={onSignOut} /> : null;
}
