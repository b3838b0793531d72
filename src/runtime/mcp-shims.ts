/**
 * Stands in a Worker for what the MCP SDK takes from its runtime (wrangler.toml, `alias`). Its own brings a validator for answers that
 * are never asked for, and makes the schemas of all messages at the start instead of when one comes.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error('nothing is asked of MCP clients, so nothing of theirs is validated');
  }
}

export const process = undefined;
