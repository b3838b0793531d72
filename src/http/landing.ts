/**
 * The page at `/`, and the frame that it shares with `/docs`. One string without any outside resource: style and
 * script are inline under a nonce. Data of jobs is untrusted, so that the script builds the page from text nodes
 * only; it is plain JavaScript in a string because a bundler would rewrite a function that is sent as its source.
 */

/** A whole HTML document. `nonce` must be base64 or base64url; the other parts are ours, not data. */
export interface PageParts {
  nonce: string;
  title: string;
  /** Path of this page, marked in the navigation. */
  path: string;
  style: string;
  body: string;
  script: string;
}

/** The landing page: what this is, a first request to paste, and the newest jobs, live. A fresh nonce per request. */
export function landingPage(nonce: string): string {
  return page({ nonce, title: 'comfygate', path: '/', style: STYLE, body: BODY, script: SCRIPT });
}

/** The Content-Security-Policy of the landing page. Outputs may lie on another origin (`PUBLIC_URL`, S3). */
export function landingCsp(nonce: string): string {
  return pageCsp(nonce, "'self' data: http: https:");
}

/** The policy of a page made by `page`; `images` are the sources of its `img-src`. */
export function pageCsp(nonce: string, images: string): string {
  return (
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src ${images}; ` +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  );
}

/** The frame of both pages: head, navigation, colours, and the helpers `el` and `copyable` for the script. */
export function page({ nonce, title, path, style, body, script }: PageParts): string {
  const links = [
    ['/', 'Jobs'],
    ['/docs', 'API'],
    ['/openapi.json', 'OpenAPI'],
    ['/readyz', 'Status'],
  ].map(([href, text]) => `<a href="${href}"${href === path ? ' aria-current="page"' : ''}>${text}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<style nonce="${nonce}">${FRAME_STYLE}${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar"><a class="brand" href="/">${ICON}comfygate</a><nav aria-label="Main">${links.join('')}</nav></header>
${body}
<script nonce="${nonce}">${FRAME_SCRIPT}${script}</script>
</body>
</html>
`;
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">' +
  '<rect width="32" height="32" rx="8" fill="#0f766e"/>' +
  '<path d="M8 24V14a8 8 0 0 1 16 0v10M13 24V14a3 3 0 0 1 6 0v10" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>';

const FRAME_STYLE = `
:root { color-scheme: light dark;
  --bg: #f6f7f7; --card: #fff; --well: #eef0f0; --text: #16191c; --muted: #565e66; --line: #dde1e2;
  --accent: #0f766e; --accent-soft: #d8efec; --bad: #b42318; --bad-soft: #fde8e6; --warn: #8a5300; --warn-soft: #fbefd9;
  --code: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { :root {
  --bg: #101314; --card: #181c1e; --well: #0b0e0f; --text: #e9eced; --muted: #9aa4aa; --line: #2a3033;
  --accent: #5ed1c2; --accent-soft: #12393a; --bad: #ff9a8f; --bad-soft: #45201d; --warn: #f2c069; --warn-soft: #3d2d10; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--bg); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3 { line-height: 1.2; letter-spacing: -0.01em; margin: 0; }
p { margin: 0; }
code, pre { font-family: var(--code); font-size: 0.875rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1.5rem;
  padding: 0.9rem max(1.25rem, calc(50vw - 36rem)); border-bottom: 1px solid var(--line); background: var(--card); }
.brand { display: inline-flex; align-items: center; gap: 0.55rem; font-weight: 650; color: var(--text); text-decoration: none; }
nav a { color: var(--muted); text-decoration: none; margin-right: 1.25rem; }
nav a:last-child { margin-right: 0; }
nav a:hover, nav a[aria-current] { color: var(--text); }
nav a[aria-current] { box-shadow: 0 2px 0 var(--accent); }
main { padding: 2.5rem max(1.25rem, calc(50vw - 36rem)) 4rem; }
.muted { color: var(--muted); }
.code { position: relative; }
.code pre { margin: 0; padding: 1rem 1.1rem; overflow-x: auto; background: var(--well); border: 1px solid var(--line);
  border-radius: 10px; line-height: 1.6; }
.code button { position: absolute; top: 0.55rem; right: 0.55rem; }
button { font: inherit; font-size: 0.875rem; padding: 0.3rem 0.8rem; border-radius: 7px; border: 1px solid var(--line);
  background: var(--card); color: var(--text); cursor: pointer; }
button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600; }
`;

const FRAME_SCRIPT = String.raw`
'use strict';
/** An element; children are nodes or texts, never markup. */
function el(tag, props, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}
/** A block of code with a button that copies it, or selects it where the browser keeps the clipboard away. */
function copyable(text) {
  const pre = el('pre', { tabIndex: 0 }, el('code', {}, text));
  const button = el('button', { type: 'button' }, 'Copy');
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = 'Selected';
    }
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  };
  return el('div', { className: 'code' }, pre, button);
}
`;

const STYLE = `
.lead { font-size: 1.2rem; max-width: 44rem; margin-top: 0.75rem; color: var(--muted); }
h1 { font-size: clamp(1.9rem, 5vw, 2.6rem); max-width: 40rem; }
h2 { font-size: 1.3rem; }
section { margin-top: 2.75rem; }
#example, .gallery, .empty { margin-top: 1rem; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 1rem; }
.live { display: inline-flex; align-items: center; gap: 0.5rem; font-size: 0.9rem; color: var(--muted); }
.live::before { content: ''; width: 0.55rem; height: 0.55rem; border-radius: 50%; background: var(--warn); }
.live.on::before { background: var(--accent); }
.gallery { list-style: none; padding: 0; display: grid; gap: 1.1rem; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); }
.job { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; display: flex; flex-direction: column; }
.stage { position: relative; aspect-ratio: 4 / 3; background: var(--well); display: grid; place-items: center; overflow: hidden; }
.thumbs { position: absolute; inset: 0; display: grid; gap: 2px; grid-auto-rows: 1fr; }
.thumbs.many { grid-template-columns: 1fr 1fr; }
.thumbs a { min-width: 0; min-height: 0; overflow: hidden; outline-offset: -3px; }
.thumbs img { width: 100%; height: 100%; object-fit: cover; display: block; }
.note { padding: 2.2rem 1.25rem 1rem; text-align: center; color: var(--muted); font-size: 0.92rem; max-height: 100%; overflow: auto; overflow-wrap: anywhere; }
progress { position: absolute; left: 0; right: 0; bottom: 0; width: 100%; height: 6px; border: 0; appearance: none; background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); transition: width 0.3s; }
progress::-moz-progress-bar { background: var(--accent); }
.about { padding: 0.8rem 1rem 0.95rem; display: grid; gap: 0.3rem; }
.row { display: flex; align-items: baseline; justify-content: space-between; gap: 0.75rem; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.when { white-space: nowrap; }
.small { font-size: 0.85rem; color: var(--muted); overflow-wrap: anywhere; }
.pill { position: absolute; top: 0.6rem; left: 0.6rem; font-size: 0.8rem; font-weight: 600; padding: 0.1rem 0.65rem; border-radius: 1rem; background: var(--card); color: var(--muted); }
.pill.running, .pill.succeeded { background: var(--accent-soft); color: var(--accent); }
.pill.failed, .pill.expired { background: var(--bad-soft); color: var(--bad); }
.pill.canceling, .pill.canceled { background: var(--warn-soft); color: var(--warn); }
.files a { margin-right: 0.75rem; }
.key { margin-top: 1rem; padding: 1.25rem; max-width: 32rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.key label { display: block; font-weight: 600; margin-bottom: 0.4rem; }
.key div { display: flex; gap: 0.6rem; }
.key input { flex: 1; min-width: 0; font: inherit; padding: 0.45rem 0.7rem; border-radius: 7px; border: 1px solid var(--muted); background: var(--bg); color: var(--text); }
.key p { margin-top: 0.6rem; font-size: 0.9rem; }
.bad { color: var(--bad); }
@media (prefers-reduced-motion: reduce) { progress::-webkit-progress-value { transition: none; } }
`;

const BODY = `<main id="main">
<h1>ComfyUI, as an API.</h1>
<p class="lead">comfygate turns ComfyUI workflows into jobs: submit a graph, watch it run, fetch what it made.</p>
<section aria-labelledby="try"><h2 id="try">Run your first job</h2><div id="example"></div></section>
<section aria-labelledby="latest">
<div class="head"><h2 id="latest">Latest jobs</h2><span class="row"><span id="live" class="live" role="status">Connecting…</span>
<button id="forget" type="button" hidden>Forget key</button></span></div>
<form id="key" class="key" hidden><label for="secret">API key</label>
<div><input id="secret" type="password" autocomplete="off" spellcheck="false" required aria-describedby="why"><button class="main">Show jobs</button></div>
<p id="why" class="muted"></p></form>
<p id="empty" class="empty muted" hidden>No jobs yet. Run the request above, and watch this place.</p>
<ul id="gallery" class="gallery" role="list"></ul>
</section>
<noscript>The live view needs JavaScript; the <a href="/openapi.json">API</a> does not.</noscript>
</main>`;

const SCRIPT = String.raw`
const LIMIT = 24;
const STALL_MS = 20000;
const ENDED = ['succeeded', 'failed', 'canceled', 'expired'];
const KEY = 'comfygate.key';
const byId = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const entries = new Map();
let key = sessionStorage.getItem(KEY) ?? '';
let session = new AbortController();

function showExample() {
  const lines = [
    'curl -s ' + location.origin + '/api/v2/jobs \\',
    ...(key || !byId('key').hidden ? ['  -H "Authorization: Bearer $COMFYGATE_KEY" \\'] : []),
    "  -H 'Content-Type: application/json' -H 'Prefer: wait=60' \\",
    "  -d '{\"workflow\": {",
    '    "1": {"class_type": "EmptyImage", "inputs": {"width": 512, "height": 512, "batch_size": 1, "color": 3368601}},',
    '    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "hello"}}',
    "  }}'",
  ];
  byId('example').replaceChildren(copyable(lines.join('\n')));
}

function showLive(text, on) {
  byId('live').textContent = text;
  byId('live').classList.toggle('on', on);
}

/** Asks for a key, and shows nothing of any job until one is accepted. */
function askForKey() {
  byId('why').textContent = key ? 'This key was not accepted.' : 'Jobs are shown to holders of a key. It stays in this tab.';
  byId('why').className = key ? 'bad' : 'muted';
  key = '';
  sessionStorage.removeItem(KEY);
  entries.clear();
  byId('gallery').replaceChildren();
  byId('empty').hidden = byId('forget').hidden = true;
  byId('key').hidden = false;
  showLive('Waiting for a key', false);
  showExample();
}

function begin() {
  session.abort();
  session = new AbortController();
  byId('key').hidden = true;
  byId('forget').hidden = !key;
  showExample();
  follow(session.signal);
}

async function request(path, signal) {
  const response = await fetch(path, { signal, headers: key ? { Authorization: 'Bearer ' + key } : {} });
  if (response.status === 401) {
    session.abort();
    askForKey();
  }
  if (!response.ok) throw new Error(path + ': ' + response.status);
  return response;
}

/** Stream first, then the list: what happens between the two waits in the stream. */
async function follow(signal) {
  for (let waitMs = 1000; !signal.aborted; waitMs = Math.min(waitMs * 2, 15000)) {
    try {
      const stream = await request('/api/v2/events', signal);
      await loadList(signal);
      showLive('Live', true);
      waitMs = 500;
      for await (const event of readEvents(stream.body)) apply(event, signal);
    } catch {
      // Refused, or the connection broke: the list is read again below, and the stream opened again after a pause.
      await loadList(signal).catch(() => {});
    }
    if (signal.aborted) return;
    showLive('Reconnecting…', false);
    await sleep(waitMs);
  }
}

/** Server-sent events of a response body, which EventSource cannot read when a key is needed. */
async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    // The gateway says something every 5 s; a connection that is silent for longer is dead.
    const timer = setTimeout(() => reader.cancel(), STALL_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const frames = (rest + value).split(/\r?\n\r?\n/);
    rest = frames.pop();
    for (const frame of frames) {
      const field = (name) => frame.split(/\r?\n/).filter((line) => line.startsWith(name + ':')).map((line) => line.slice(name.length + 1).trim()).join('\n');
      if (field('data')) yield { type: field('event'), data: JSON.parse(field('data')) };
    }
  }
}

async function loadList(signal) {
  const { jobs } = await (await request('/api/v2/jobs?limit=' + LIMIT, signal)).json();
  for (const job of jobs) show(job);
  byId('empty').hidden = entries.size > 0;
}

async function loadJob(id, signal) {
  show(await (await request('/api/v2/jobs/' + encodeURIComponent(id), signal)).json());
}

let reload = 0;
function apply({ type, data }, signal) {
  const job = entries.get(data.job_id)?.job;
  if (!job) {
    // Ids grow with time: what is older than the last one shown is not for this page.
    const older = entries.size >= LIMIT && [...entries.keys()].every((id) => data.job_id < id);
    clearTimeout(reload);
    if (!older) reload = setTimeout(() => loadList(signal).catch(() => {}), 250);
    return;
  }
  if (type === 'status') Object.assign(job, { status: data.status, queue_position: data.queue_position ?? null });
  else if (type === 'progress') job.progress = data;
  else if (type === 'output' && !job.outputs.some(({ id }) => id === data.id)) job.outputs.push(data);
  show(job);
  if (type === 'status' && ENDED.includes(data.status)) loadJob(data.job_id, signal).catch(() => {});
}

function show(job) {
  const entry = entries.get(job.id) ?? addEntry(job);
  entry.job = job;
  const { pill, name, time, detail, note, thumbs, bar, files } = entry;
  pill.textContent = job.status;
  pill.className = 'pill ' + job.status;
  name.textContent = job.workflow_name ?? 'Workflow';
  const created = new Date(job.created_at);
  const today = created.toDateString() === new Date().toDateString();
  time.textContent = today ? created.toLocaleTimeString([], { timeStyle: 'short' }) : created.toLocaleDateString();
  time.dateTime = time.title = job.created_at;
  detail.textContent = [job.metadata, job.id.slice(-8), job.backend].filter(Boolean).join(' · ');
  for (const output of job.outputs) addOutput(entry, output);
  thumbs.classList.toggle('many', thumbs.childElementCount > 1);
  note.textContent = thumbs.childElementCount > 0 ? '' : noteOf(job, files.childElementCount);
  bar.hidden = !['running', 'canceling'].includes(job.status);
  bar.value = job.progress?.value ?? 0;
}

function noteOf(job, files) {
  if (job.error) return job.error.message;
  if (job.status === 'queued') return job.queue_position > 0 ? 'Number ' + job.queue_position + ' in the queue' : 'In the queue';
  if (job.status !== 'running') return files > 0 ? files + (files > 1 ? ' files' : ' file') : 'No outputs';
  const percent = Math.floor((job.progress?.value ?? 0) * 100) + ' %';
  return job.progress?.message ? percent + ' · ' + job.progress.message : percent;
}

function addEntry(job) {
  const part = (tag, className) => el(tag, { className });
  const entry = { pill: part('span'), name: part('span', 'name'), time: part('time', 'small when'), detail: part('span', 'small'),
    note: part('p', 'note'), thumbs: part('div', 'thumbs'), bar: el('progress', { max: 1, ariaLabel: 'Progress' }), files: part('span', 'small files'), seen: new Set() };
  entry.card = el('li', { className: 'job' },
    el('div', { className: 'stage' }, entry.note, entry.thumbs, entry.bar, entry.pill),
    el('div', { className: 'about' }, el('div', { className: 'row' }, entry.name, entry.time), entry.detail, entry.files));
  const next = [...entries.keys()].filter((id) => id < job.id).sort().at(-1);
  byId('gallery').insertBefore(entry.card, next === undefined ? null : entries.get(next).card);
  entries.set(job.id, entry);
  if (entries.size > LIMIT) {
    const oldest = [...entries.keys()].sort()[0];
    entries.get(oldest).card.remove();
    entries.delete(oldest);
  }
  byId('empty').hidden = true;
  return entry;
}

/** Up to four pictures; everything else is a link. Only http(s) addresses are used. */
function addOutput({ seen, thumbs, files }, output) {
  const url = URL.canParse(output.url) ? new URL(output.url) : null;
  if (seen.has(output.id) || !url || !/^https?:$/.test(url.protocol)) return;
  seen.add(output.id);
  const link = el('a', { href: url.href, target: '_blank', rel: 'noopener' });
  if (output.type === 'image' && thumbs.childElementCount < 4) {
    link.append(el('img', { src: url.href, alt: output.name + ' of node ' + output.node_id, loading: 'lazy' }));
    thumbs.append(link);
  } else {
    link.textContent = output.name;
    files.append(link);
  }
}

byId('key').onsubmit = (event) => {
  event.preventDefault();
  key = byId('secret').value.trim();
  byId('secret').value = '';
  sessionStorage.setItem(KEY, key);
  begin();
};
byId('forget').onclick = () => {
  session.abort();
  key = '';
  askForKey();
};
begin();
`;
