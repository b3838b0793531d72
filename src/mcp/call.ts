/** One call of a tool, from arguments to a result in the protocol's form. Whatever goes wrong is an answer, too. */
import type { JsonObject } from '../comfyui/json.ts';
import { GatewayError, toEnvelope } from '../errors.ts';
import { checkArguments } from './arguments.ts';
import type { Answer, Tool, ToolContext } from './tool.ts';

/** `CallToolResult` of the protocol. */
export interface CallResult {
  [key: string]: unknown;
  content: ContentBlock[];
  structuredContent: JsonObject;
  isError?: boolean;
}

type ContentBlock =
  | { type: 'text'; text: string }
  | { type: 'image'; data: string; mimeType: string }
  | { type: 'resource_link'; uri: string; name: string; mimeType: string; size?: number };

/** `failed` hears of what is not the caller's doing. */
export async function callTool(
  tool: Tool,
  given: unknown,
  context: ToolContext,
  failed: (error: unknown) => void,
): Promise<CallResult> {
  try {
    return present(await tool.run(checkArguments(tool, given), context));
  } catch (error) {
    failed(error);
    return present({ content: refusalOf(error, tool.name), failed: true });
  }
}

/** The envelope of REST; what `Retry-After` says there is said in words, as an agent has no headers. */
function refusalOf(error: unknown, tool: string): JsonObject {
  const { error: refusal } = toEnvelope(error);
  const seconds = error instanceof GatewayError ? error.retryAfterSeconds : undefined;
  if (seconds === undefined) return { error: refusal };
  const away = refusal.code === 'upstream_unreachable';
  const next = `Call ${tool} again in ${seconds} s${away ? '; comfyui_health_check tells whether ComfyUI is back' : ''}.`;
  return {
    error: {
      ...refusal,
      message: `${refusal.message} ${next}`,
      details: { ...refusal.details, retry_after_seconds: seconds },
    },
  };
}

function present({ content, files = [], image, failed }: Answer): CallResult {
  return {
    content: [
      { type: 'text', text: JSON.stringify(content) },
      ...(image ? [{ type: 'image' as const, ...image }] : []),
      ...files.map((file) => ({ type: 'resource_link' as const, ...file })),
    ],
    structuredContent: content,
    ...(failed && { isError: true }),
  };
}
