/** What scenarios of the conformance suite expect of a server, behind the route and the middleware of the gateway. */
import { ResourceNotFoundError, Server, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { createLinks } from '../../src/assets/links.ts';
import { parseConfig } from '../../src/config.ts';
import { authenticate } from '../../src/http/auth.ts';
import { createBodyReader } from '../../src/http/body.ts';
import type { Env } from '../../src/http/context.ts';
import { answerError } from '../../src/http/errors.ts';
import { checkOrigin } from '../../src/http/origin.ts';
import { MODERN } from '../../src/mcp/modern.ts';
import { mcpRoute } from '../../src/mcp/route.ts';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

const text = (words: string) => ({ type: 'text' as const, text: words });
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

const DIALECT = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
  },
  properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
  additionalProperties: false,
};

const CONTENT: Record<string, unknown[]> = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }],
  test_embedded_resource: [
    {
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    },
  ],
  test_multiple_content_types: [
    text('Multiple content types test:'),
    image,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      },
    },
  ],
};

const TOOLS = [
  ...Object.keys(CONTENT),
  'test_tool_with_logging',
  'test_tool_with_progress',
  'test_error_handling',
];

const RESOURCES: Record<string, object> = {
  'test://static-text': {
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
};

type Messages = (given: Record<string, string>) => object[];

const PROMPTS: Record<string, { takes: string[]; messages: Messages }> = {
  test_simple_prompt: { takes: [], messages: () => [text('This is a simple prompt for testing.')] },
  test_prompt_with_arguments: {
    takes: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    takes: ['resourceUri'],
    messages: ({ resourceUri }) => [
      {
        type: 'resource',
        resource: {
          uri: resourceUri,
          mimeType: 'text/plain',
          text: 'Embedded resource content for testing.',
        },
      },
      text('Please process the embedded resource above.'),
    ],
  },
  test_prompt_with_image: { takes: [], messages: () => [image, text('Please analyze the image above.')] },
};

function fixtureServer(): Server {
  const server = new Server(
    { name: 'fixtures', version: '1' },
    {
      supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, MODERN],
      capabilities: { logging: {}, tools: {}, resources: {}, prompts: {}, completions: {} },
    },
  );
  server.setRequestHandler('tools/list', () => ({
    tools: [
      ...TOOLS.map((name) => ({ name, description: name, inputSchema: { type: 'object' as const } })),
      { name: 'json_schema_2020_12_tool', description: 'Keywords', inputSchema: DIALECT as never },
    ],
  }));
  server.setRequestHandler('tools/call', async ({ params: { name } }, { mcpReq }) => {
    const token = mcpReq._meta?.progressToken;
    switch (name) {
      case 'test_tool_with_logging':
        for (const words of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
          await mcpReq.log('info', words);
          await pause();
        }
        break;
      case 'test_tool_with_progress':
        for (const progress of [0, 50, 100]) {
          const params = { progressToken: token!, progress, total: 100 };
          if (token !== undefined) await mcpReq.notify({ method: 'notifications/progress', params });
          await pause();
        }
        break;
      case 'test_error_handling':
        return { isError: true, content: [text('This tool intentionally returns an error for testing')] };
    }
    return { content: (CONTENT[name] ?? [text('done')]) as never };
  });
  server.setRequestHandler('resources/list', () => ({
    resources: Object.keys(RESOURCES).map((uri) => ({ uri, name: uri })),
  }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template' }],
  }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    const found = id
      ? {
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        }
      : RESOURCES[uri];
    if (!found) throw new ResourceNotFoundError(uri);
    return { contents: [{ uri, ...found } as never] };
  });
  server.setRequestHandler('prompts/list', () => ({
    prompts: Object.entries(PROMPTS).map(([name, { takes }]) => ({
      name,
      description: name,
      arguments: takes.map((argument) => ({ name: argument, description: argument, required: true })),
    })),
  }));
  server.setRequestHandler('prompts/get', ({ params }) => ({
    messages: PROMPTS[params.name]!.messages(params.arguments ?? {}).map((content) => ({
      role: 'user' as const,
      content: content as never,
    })),
  }));
  server.setRequestHandler('completion/complete', () => ({ completion: { values: [] } }));
  return server;
}

/** Listens on a free port. */
export async function startFixtures(): Promise<{ url: string; close(): Promise<void> }> {
  const config = parseConfig({ STORAGE_URL: 'memory:' });
  const log = () => undefined;
  const app = new Hono<Env>();
  app.onError((error, c) => answerError(c, error, log));
  app.use(checkOrigin(config, log));
  app.use('/mcp', authenticate(config.apiKeys, createLinks(config, Date.now)));
  const { text: readText } = createBodyReader(config.maxBodyBytes);
  app.route('/', mcpRoute({ serverFor: fixtureServer, readText, newId: () => crypto.randomUUID() }));
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const listening = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
