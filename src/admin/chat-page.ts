import path from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'express';

/** The same place seen from `src/admin` and from `dist/admin`. */
const CHAT = path.resolve(import.meta.dirname, '../../client/chat/dist');

/** Built file names change with their content. */
const FOR_EVER = 'public, max-age=31536000, immutable';

const NOT_BUILT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Carillon</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <h1>Carillon is running</h1>
    <p>The chat room is not built yet. Build it with <code>npm run build</code> and reload this page.</p>
    <p><a href="/docs">REST API</a></p>
  </body>
</html>
`;

/** Serves the chat room at `/`, or a page that says how to build it. `folder` is its built form. */
export function serveChatPage(app: NestExpressApplication, folder = CHAT): void {
  app.useStaticAssets(folder, {
    index: 'index.html',
    redirect: false,
    dotfiles: 'ignore',
    setHeaders: (response: Response, file: string) => {
      const isAsset = path.relative(folder, file).startsWith(`assets${path.sep}`);
      response.setHeader('Cache-Control', isAsset ? FOR_EVER : 'no-cache');
    },
  });
  const routes = app.getHttpAdapter().getInstance();
  routes.get('/', (_request, response) => {
    response.type('html').send(NOT_BUILT);
  });
}
