import { createPage, escapeHtml, type Resource } from '../http/static-files.ts';

interface LandingPageOptions {
  /** Undefined if GraphiQL is off. */
  readonly graphiqlPath: string | undefined;
  readonly settingsPath: string;
  /** Descriptions by API key. */
  readonly keys: Readonly<Record<string, string>>;
  /** A command for this machine that returns data. Undefined if there is none. */
  readonly curl: string | undefined;
}

/** The page at `/` of the demo. It loads no other files. */
export function createLandingPage({ graphiqlPath, settingsPath, keys, curl }: LandingPageOptions): Resource {
  const rows = Object.entries(keys).map(
    ([key, meaning]) =>
      `<tr><th scope="row"><code>${escapeHtml(key)}</code></th><td>${escapeHtml(meaning)}</td></tr>`,
  );
  const style = `
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid; border-radius: .5rem; }
th { text-align: left; font-weight: normal; padding-right: 2rem; }
li { margin: .5rem 0; }`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>galileo-gateway demo</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>galileo-gateway demo</h1>
<p>A GraphQL gateway in front of a sandbox that behaves like Galileo's REST API. Its data is in memory.</p>
<ul>
${graphiqlPath === undefined ? '' : `<li><a href="${escapeHtml(graphiqlPath)}">GraphiQL</a>: explore the schema and run operations</li>`}
<li><a href="${escapeHtml(settingsPath)}">Settings page</a>: an example front end for model providers</li>
<li><a href="/livez">/livez</a> and <a href="/readyz">/readyz</a>: health endpoints</li>
</ul>
${curl === undefined ? '' : `<h2>On the command line</h2>\n<pre><code>${escapeHtml(curl)}</code></pre>`}
<h2>API keys</h2>
<p>Send one of them as <code>Galileo-API-Key</code>. Any other key is a separate tenant with the same initial data.</p>
<table>
${rows.join('\n')}
</table>
</main>
</body>
</html>
`;
  return createPage(html, ["style-src 'unsafe-inline'"]);
}
