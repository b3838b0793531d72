/**
 * Names of workflows and parameters. They become URLs, keys and MCP tool names, so they are ASCII: a-z, 0-9, `_`.
 * A file's name is normalised; a name given over the network must be right already, so that nothing is guessed.
 */

export type Named = { ok: true; name: string } | { ok: false; message: string };

/** The name of a workflow from its file's stem: lower-case, accents dropped, other characters become `_`. */
export function normaliseName(stem: string): Named {
  const fault = nameFault(stem);
  if (fault !== undefined) return { ok: false, message: fault };
  const name = stem
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '_')
    .replace(/^_+(?=.)/, '')
    .slice(0, MAX_NAME)
    .replace(/(?<=.)_+$/, '');
  if (/[a-z0-9]/.test(name)) return { ok: true, name };
  return {
    ok: false,
    message: `The name ${shown(stem)} has no letter a-z and no digit; rename it, for example to 'my_workflow'.`,
  };
}

/** Accepts only a name that is its own normal form; else says which one would be right. */
export function checkName(name: string): Named {
  const normal = normaliseName(name);
  if (!normal.ok || normal.name === name) return normal;
  return {
    ok: false,
    message: `A workflow's name has only a-z, 0-9 and '_', and begins and ends with a letter or digit; given: ${shown(name)}. '${normal.name}' would be right.`,
  };
}

/** `name`, or with `_2`, `_3`, … if it is taken. Ask in the order of the files' names, so that the answer is stable. */
export function uniqueName(name: string, taken: ReadonlySet<string>): string {
  for (let n = 2, unique = name; ; n++) {
    if (!taken.has(unique)) return unique;
    unique = `${name}_${n}`;
  }
}

/** The name of a parameter from the rest of its placeholder; empty if nothing is left. */
export function parameterName(token: string): string {
  return token.toLowerCase().replace(/[^a-z0-9_]/g, '_');
}

const MAX_NAME = 100;

function nameFault(name: string): string | undefined {
  if (name === '') return "A workflow's name must not be empty; 'my_workflow' would be right.";
  if (name.length > MAX_NAME)
    return `A workflow's name has at most ${MAX_NAME} characters; this one has ${name.length}: ${shown(name)}.`;
  if (/[/\\]/.test(name))
    return `A workflow's name must not contain '/' or '\\'; given: ${shown(name)}. Only the name of the file counts, without its folder.`;
  if (name.includes('..')) return `A workflow's name must not contain '..'; given: ${shown(name)}.`;
  // Controls (NUL), invisible and direction-changing characters, private and unpaired ones: two names that look alike.
  const odd = /[\p{C}\p{Zl}\p{Zp}]/u.exec(name)?.[0];
  if (odd !== undefined) {
    const code = odd.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return `A workflow's name must not contain invisible or control characters; ${shown(name)} has U+${code}.`;
  }
  // Letters that turn into separators when they are normalised, such as a full-width slash or a one-dot leader.
  const folded = name.normalize('NFKC');
  if (/[/\\]|\.\./.test(folded))
    return `A workflow's name must not contain characters that stand for '/' or '..'; given: ${shown(name)}.`;
  return undefined;
}

/** The name in quotes, with odd characters escaped, and not too long. */
function shown(name: string): string {
  const text = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return JSON.stringify(text).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
