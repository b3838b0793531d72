/**
 * Clients of 2025-11-25 and older: each request is served by itself. A call may take its time, and so gets a stream; anything else
 * is one JSON answer.
 */
import { WebStandardStreamableHTTPServerTransport, type Server } from '@modelcontextprotocol/server';
import { isObject } from '../comfyui/json.ts';
import { KEEP_ALIVE_MS } from './modern.ts';

export async function serveLegacy(server: Server, request: Request, body: unknown): Promise<Response> {
  const streams = !isObject(body) || body['method'] === 'tools/call';
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: !streams,
    keepAliveMs: KEEP_ALIVE_MS,
  });
  await server.connect(transport);
  // Whoever hangs up ends the wait of a call.
  const end = (): void => void server.close();
  request.signal.addEventListener('abort', end, { once: true });
  const response = await transport.handleRequest(request, { parsedBody: body });
  return streams && response.body ? new Response(endedBy(response.body, end), response) : response;
}

/** The same stream; `end` is called when it is through, or its reader leaves. */
function endedBy(stream: ReadableStream<Uint8Array>, end: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      controller.close();
      end();
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
}
