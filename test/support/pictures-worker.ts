/** On workerd: answers the picture in a request's body with what is seen of it; the limits are its query, as JSON. */
import { codecs } from '../../src/runtime/codec-modules.ts';
import { look } from './pictures.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    const limits = JSON.parse(decodeURIComponent(new URL(request.url).search.slice(1)));
    return Response.json(await look(codecs, await request.bytes(), limits));
  },
};
