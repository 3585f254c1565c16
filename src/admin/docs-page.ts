import { createRequire } from 'node:module';
import path from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DOCS_CONTENT_SECURITY_POLICY } from './security-headers.js';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Carillon REST API</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `window.SwaggerUIBundle({
  url: '/docs/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
});
`;

const ASSETS: readonly string[] = ['favicon-32x32.png', 'swagger-ui.css', 'swagger-ui-bundle.js'];

/** Their names stay the same from version to version: not for ever, but not for each visit either. */
const ASSET_CACHING = 'public, max-age=3600';

/**
 * Serves the API page at `/docs` and the description at `/docs/openapi.json`. What makes them is
 * loaded at the first request: most processes never get one.
 */
export function serveDocs(app: NestExpressApplication): void {
  const routes = app.getHttpAdapter().getInstance();
  let description: Promise<string> | null = null;

  const describe = async (): Promise<string> => {
    const { describeApi } = await import('./openapi.js');
    return JSON.stringify(describeApi(app));
  };

  routes.get('/docs', (_request, response) => {
    response.setHeader('Content-Security-Policy', DOCS_CONTENT_SECURITY_POLICY);
    response.type('html').send(PAGE);
  });
  routes.get('/docs/start.js', (_request, response) => {
    response.type('js').send(START);
  });
  routes.get('/docs/openapi.json', async (_request, response) => {
    try {
      description ??= describe();
      response.type('json').send(await description);
    } catch (error) {
      // The next request tries again.
      description = null;
      throw error;
    }
  });
  routes.get('/docs/assets/:file', (request, response, next) => {
    const file = ASSETS.find((asset) => asset === request.params['file']);
    if (file === undefined) {
      next();
      return;
    }
    response.setHeader('Cache-Control', ASSET_CACHING);
    response.sendFile(file, { root: assetsFolder(), cacheControl: false });
  });
}

/** The page's files come with the package that makes the description, not with this one. */
function assetsFolder(): string {
  const swagger = createRequire(import.meta.url).resolve('@nestjs/swagger');
  return path.dirname(createRequire(swagger).resolve('swagger-ui-dist/package.json'));
}
