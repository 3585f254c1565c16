/** What one line of JSON tells a program about a run. */
export function asJson({ urls, adminKey, redisUrl }) {
  const [url] = urls;
  return JSON.stringify({
    url,
    nodes: urls,
    docs: `${url}/docs`,
    health: `${url}/health/ready`,
    metrics: `${url}/metrics`,
    broadcasts: `${url}/v1/broadcasts`,
    adminKey,
    redisUrl,
  });
}

/** The same for a person, with what to do next. */
export function asText({ urls, adminKey, hasDemo }) {
  const [url] = urls;
  const rows = [
    ...(hasDemo ? [['chat room', `${url}/`]] : []),
    ['API', `${url}/docs`],
    ['health', `${url}/health/ready`],
    ['metrics', `${url}/metrics`],
    ...(urls.length > 1 ? urls.map((it, i) => [`instance ${i + 1}`, it]) : []),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    `  Carillon is ready${urls.length > 1 ? `: ${urls.length} instances, one Redis` : ''}.`,
    '',
    ...rows.map(([name, address]) => `    ${name.padEnd(width)}   ${address}`),
    '',
    '  Say something to everyone:',
    '',
    ...curl(url, adminKey).map((line) => `    ${line}`),
    '',
    '  What next',
    ...nextSteps({ urls, hasDemo }).map((line) => `    - ${line}`),
    '    - Ctrl-C stops it',
    '',
    '',
  ].join('\n');
}

function curl(url, adminKey) {
  const body = JSON.stringify({ audience: { everyone: true }, data: { text: 'Hello, everyone!' } });
  return [
    `curl ${url}/v1/broadcasts \\`,
    // The shell expands it where the key is one that only the person knows.
    `  -H ${adminKey === null ? '"Authorization: Bearer $ADMIN_KEY"' : `'Authorization: Bearer ${adminKey}'`} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${body}'`,
  ];
}

function nextSteps({ urls, hasDemo }) {
  const steps = [];
  if (hasDemo && urls.length === 1) {
    steps.push('open the chat room in two windows, and paste the curl above');
    steps.push('run a cluster of three: npm start -- --nodes 3');
  }
  if (hasDemo && urls.length > 1) {
    steps.push('open the chat room of two instances, and paste the curl above: both show it');
  }
  steps.push('put it in your application: README.md');
  return steps;
}
