/**
 * `file:DIR`: one SQLite database in the folder, through db0. WAL keeps every record whole whenever the process dies;
 * the exclusive lock refuses a second process and falls with the first.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase, type Connector, type Database, type Primitive } from 'db0';
import nodeSqlite from 'db0/connectors/node-sqlite';
import { createStorage, type Driver } from 'unstorage';
import { firstKeyBefore, isJobId, JOB_PREFIX, jobIdOf, jobKey } from '../../storage/keys.ts';
import { createLocalLease } from '../../storage/memory.ts';
import type { JobIndex, JobQuery, Stores } from '../../storage/ports.ts';

/** Opens a database file: a connector of db0. */
export type ConnectSqlite = (options: { path: string }) => Connector;

/** Opens the database, making the folder if need be. Throws with the remedy if that cannot be. */
export async function openFileStores(
  dir: string,
  now: () => number,
  connect: ConnectSqlite = nodeSqlite,
): Promise<Stores> {
  const path = join(dir, 'comfygate.sqlite');
  try {
    // Prompts of all owners are in it: nobody else on this machine may read them.
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new Error(
      `STORAGE_URL: the folder ${dir} cannot be made (${String(error)}). Name one that can be written to.`,
      {
        cause: error,
      },
    );
  }
  const database = createDatabase(connect({ path }));
  try {
    await prepare(database);
  } catch (error) {
    await database.dispose();
    throw new Error(
      /locked|busy/i.test(String(error))
        ? `STORAGE_URL: ${dir} is in use by another comfygate. Stop it, name another folder, or use redis:// for several instances.`
        : `STORAGE_URL: ${path} cannot be opened (${String(error)}). Name a folder that can be written to.`,
      { cause: error },
    );
  }
  const sqlite = (await database.getInstance()) as unknown as Sqlite;
  const statement = createStatements(sqlite);
  const storage = createStorage({ driver: sqliteDriver(sqlite, statement) });
  return {
    storage,
    jobs: sqliteIndex(statement),
    lease: createLocalLease(storage, now),
    singleWriter: true,
    async close() {
      await storage.dispose();
      await database.dispose();
    },
  };
}

/**
 * The table, and indexes over the job records themselves: an index that the database keeps cannot disagree with the
 * record.
 */
async function prepare(database: Database): Promise<void> {
  await database.exec('PRAGMA locking_mode = EXCLUSIVE');
  await database.exec('PRAGMA journal_mode = WAL');
  await database.exec('PRAGMA synchronous = NORMAL');
  await database.exec(
    'CREATE TABLE IF NOT EXISTS items (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  );
  for (const [name, field] of Object.entries(FIELDS)) {
    await database.exec(
      `CREATE INDEX IF NOT EXISTS jobs_by_${name} ON items (${field}, key) WHERE ${field} IS NOT NULL`,
    );
  }
}

/** What is asked of a job record; `submitting` is shown as `queued`. Other items and damaged records have none of it. */
const field = (name: string): string =>
  `CASE WHEN json_valid(value) THEN json_extract(value, '$.${name}') END`;
const FIELDS = {
  owner: field('owner'),
  status: `replace(${field('status')}, 'submitting', 'queued')`,
  workflow: field('workflow'),
  session: field('session'),
};

const SET = `INSERT INTO items (key, value) VALUES (?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

/** What `node:sqlite` and `bun:sqlite` have in common; both work synchronously. */
interface Sqlite {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
}

interface Statement {
  get(...values: Primitive[]): unknown;
  all(...values: Primitive[]): unknown[];
  run(...values: Primitive[]): unknown;
}

/** Prepares each text of SQL once: preparing costs as much as running. The texts are few. */
function createStatements(sqlite: Sqlite): (sql: string) => Statement {
  const prepared = new Map<string, Statement>();
  return (sql) => {
    let statement = prepared.get(sql);
    if (!statement) prepared.set(sql, (statement = sqlite.prepare(sql)));
    return statement;
  };
}

function sqliteDriver(sqlite: Sqlite, statement: (sql: string) => Statement): Driver {
  const valueOf = (key: string): string | null => {
    const row = statement('SELECT value FROM items WHERE key = ?').get(key) as
      | { value: string }
      | null
      | undefined;
    return row?.value ?? null;
  };
  return {
    name: 'comfygate-sqlite',
    hasItem: (key) => valueOf(key) !== null,
    getItem: valueOf,
    setItem(key, value) {
      statement(SET).run(key, value);
    },
    /** All or none: a job and its graph appear together. */
    setItems(items) {
      sqlite.exec('BEGIN');
      try {
        for (const { key, value } of items) statement(SET).run(key, value);
        sqlite.exec('COMMIT');
      } catch (error) {
        sqlite.exec('ROLLBACK');
        throw error;
      }
    },
    removeItem(key) {
      statement('DELETE FROM items WHERE key = ?').run(key);
    },
    getKeys(base = '') {
      const rows = statement('SELECT key FROM items WHERE key >= ? AND key < ?').all(
        base,
        `${base}\u{10FFFF}`,
      );
      return (rows as { key: string }[]).map((row) => row.key);
    },
  };
}

function sqliteIndex(statement: (sql: string) => Statement): JobIndex {
  /** Rows of a query whose keys come after `after`. SQLite begins where one bound says: of two it may take the wider. */
  function select(columns: string, query: JobQuery, after: string, tail: string, ...last: Primitive[]) {
    const earliest = query.before === undefined ? JOB_PREFIX : firstKeyBefore(query.before);
    const where = ['key > ?', "key < 'jobs;'"];
    const values: Primitive[] = [after > earliest ? after : earliest];
    for (const name of ['owner', 'workflow', 'session'] as const) {
      const value = query[name];
      if (value === undefined) continue;
      where.push(`${FIELDS[name]} = ?`);
      values.push(value);
    }
    if (query.statuses) {
      where.push(`${FIELDS.status} IN (${query.statuses.map(() => '?').join(', ')})`);
      values.push(...query.statuses);
    }
    const sql = `SELECT ${columns} FROM items WHERE ${where.join(' AND ')} ${tail}`;
    return statement(sql).all(...values, ...last) as Record<string, unknown>[];
  }

  return {
    // The table is the index.
    async put() {},
    async remove() {},
    async page(query, limit, cursor) {
      if (cursor !== undefined && !isJobId(cursor)) return null;
      const from = cursor === undefined ? JOB_PREFIX : jobKey(cursor);
      // One more than asked for tells whether there is a next page.
      const rows = select('key', query, from, 'ORDER BY key LIMIT ?', limit + 1);
      const ids = rows.slice(0, limit).map((row) => jobIdOf(String(row['key'])));
      return { ids, next: rows.length > limit ? ids.at(-1)! : null };
    },
    async count(query) {
      const rows = select('count(*) AS n', query, JOB_PREFIX, '');
      return Number(rows[0]?.['n']);
    },
  };
}
