import type { Content } from './content.js';
import { Picture } from './picture.js';

/** The content of a message. Everything is text to the page; nothing is read as markup. */
export function MessageBody({ content }: { readonly content: Content }) {
  if (content.kind === 'image') return <Picture image={content} />;
  if (content.kind === 'text') return <p className="message-text">{content.text}</p>;
  return (
    <pre className="message-json" tabIndex={0} aria-label="Data of another application">
      {content.json}
    </pre>
  );
}
