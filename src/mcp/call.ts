/** One call of a tool, from arguments to a result in the protocol's form. Whatever goes wrong is an answer, too. */
import type { JsonObject } from '../comfyui/json.ts';
import { toEnvelope } from '../errors.ts';
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
    return present({ content: { ...toEnvelope(error) }, failed: true });
  }
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
