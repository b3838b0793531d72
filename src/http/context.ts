/** What middleware leaves for routes. */
import type { Context } from 'hono';
import type { Caller } from '../jobs/caller.ts';

export interface Env {
  Variables: {
    caller: Caller;
    /** Origin of absolute links, as the client sees it. */
    base: string;
    requestId: string;
  };
}

export type AppContext = Context<Env>;
