/** Arguments of tools: their JSON Schema for clients, and the check, with refusals that name the argument and what exists. */
import { isObject, type JsonObject } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { GatewayError } from '../errors.ts';
import { checkValue, type ValueFault } from '../workflows/check-value.ts';
import type { Arguments, Tool } from './tool.ts';

export function inputSchema({ inputs, foreign = [] }: Pick<Tool, 'inputs' | 'foreign'>): JsonObject {
  const fields = [...foreign, ...inputs];
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, required: _required, nullable, ...rest }) => [
        name,
        nullable ? { ...rest, type: [rest.type, 'null'] } : rest,
      ]),
    ),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** Faults that a refusal names. */
const MAX_FAULTS = 20;

/** The arguments that count, checked. Throws `invalid_request` (422) with all faults at once, up to `MAX_FAULTS`. */
export function checkArguments(tool: Pick<Tool, 'name' | 'inputs' | 'foreign'>, given: unknown): Arguments {
  if (given !== undefined && !isObject(given)) {
    throw refusal([
      {
        parameter: 'arguments',
        reason: 'wrong_type',
        message: `'arguments' of ${tool.name} must be an object`,
      },
    ]);
  }
  const args: [string, unknown][] = [];
  const faults: ValueFault[] = [];
  let more = 0;
  const fields = new Map(tool.inputs.map((field) => [field.name, field]));
  for (const [name, value] of Object.entries(given ?? {})) {
    const field = fields.get(name);
    if (!field && !tool.foreign) {
      if (faults.length < MAX_FAULTS) faults.push(unknownArgument(tool, name));
      else more++;
    } else if (value === null || value === undefined) continue;
    else if (!field) args.push([name, value]);
    else {
      const checked = checkValue({ ...field, required: false, bindings: [] }, value);
      if (checked.ok) args.push([name, checked.recorded]);
      else if (faults.length < MAX_FAULTS) faults.push(checked.fault);
      else more++;
    }
  }
  const known = new Map(args);
  for (const field of tool.inputs) {
    if (
      field.required &&
      !known.has(field.name) &&
      !faults.some(({ parameter }) => parameter === field.name)
    ) {
      const message = `'${field.name}' is missing: ${tool.name} needs it (${field.type}: ${field.description})`;
      faults.push({ parameter: field.name, reason: 'missing_input', message, allowed: field.type });
    }
  }
  if (faults.length > 0) throw refusal(faults, more);
  return Object.fromEntries(args);
}

/** A refusal for one argument. */
export function badArgument(field: string, reason: ValueFault['reason'], message: string): GatewayError {
  return refusal([{ parameter: field, reason, message }]);
}

function unknownArgument(tool: Pick<Tool, 'name' | 'inputs'>, name: string): ValueFault {
  const names = tool.inputs.map((field) => field.name);
  const near = nearest(name, names);
  const hint = near.length > 0 ? `; did you mean ${near.map((n) => `'${n}'`).join(' or ')}?` : '';
  const exist = names.length > 0 ? `it takes ${names.join(', ')}` : 'it takes none';
  return {
    parameter: name.slice(0, 80),
    reason: 'unknown_parameter',
    message: `${tool.name} has no argument '${name.slice(0, 80)}'${hint || `; ${exist}`}`,
    allowed: names,
    ...(near.length > 0 && { nearest: near }),
  };
}

/** `more`: faults that are not named. */
function refusal(faults: ValueFault[], more = 0): GatewayError {
  const sentences = faults.map((fault) => fault.message.replace(/[^.?!]$/, '$&.'));
  const message = [...sentences, ...(more > 0 ? [`There are ${more} more faults.`] : [])].join(' ');
  const listed = faults.map(({ parameter, ...rest }) => ({ field: parameter, ...rest }));
  return new GatewayError('invalid_request', message, { status: 422, details: { faults: listed } });
}
