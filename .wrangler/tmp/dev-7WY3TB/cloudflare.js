var __defProp = Object.defineProperty;
var __name = (target, value) => __defProp(target, "name", { value, configurable: true });
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// node_modules/uuid/dist/regex.js
var regex_default = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$/i;

// node_modules/uuid/dist/validate.js
function validate(uuid2) {
  return typeof uuid2 === "string" && regex_default.test(uuid2);
}
__name(validate, "validate");
var validate_default = validate;

// node_modules/uuid/dist/parse.js
function parse(uuid2) {
  if (!validate_default(uuid2)) {
    throw TypeError("Invalid UUID");
  }
  let v;
  return Uint8Array.of((v = parseInt(uuid2.slice(0, 8), 16)) >>> 24, v >>> 16 & 255, v >>> 8 & 255, v & 255, (v = parseInt(uuid2.slice(9, 13), 16)) >>> 8, v & 255, (v = parseInt(uuid2.slice(14, 18), 16)) >>> 8, v & 255, (v = parseInt(uuid2.slice(19, 23), 16)) >>> 8, v & 255, (v = parseInt(uuid2.slice(24, 36), 16)) / 1099511627776 & 255, v / 4294967296 & 255, v >>> 24 & 255, v >>> 16 & 255, v >>> 8 & 255, v & 255);
}
__name(parse, "parse");
var parse_default = parse;

// node_modules/uuid/dist/stringify.js
var byteToHex = [];
for (let i = 0; i < 256; ++i) {
  byteToHex.push((i + 256).toString(16).slice(1));
}
function unsafeStringify(arr, offset = 0) {
  return (byteToHex[arr[offset + 0]] + byteToHex[arr[offset + 1]] + byteToHex[arr[offset + 2]] + byteToHex[arr[offset + 3]] + "-" + byteToHex[arr[offset + 4]] + byteToHex[arr[offset + 5]] + "-" + byteToHex[arr[offset + 6]] + byteToHex[arr[offset + 7]] + "-" + byteToHex[arr[offset + 8]] + byteToHex[arr[offset + 9]] + "-" + byteToHex[arr[offset + 10]] + byteToHex[arr[offset + 11]] + byteToHex[arr[offset + 12]] + byteToHex[arr[offset + 13]] + byteToHex[arr[offset + 14]] + byteToHex[arr[offset + 15]]).toLowerCase();
}
__name(unsafeStringify, "unsafeStringify");

// node_modules/uuid/dist/rng.js
var rnds8 = new Uint8Array(16);
function rng() {
  return crypto.getRandomValues(rnds8);
}
__name(rng, "rng");

// node_modules/uuid/dist/v35.js
function stringToBytes(str) {
  str = unescape(encodeURIComponent(str));
  const bytes = new Uint8Array(str.length);
  for (let i = 0; i < str.length; ++i) {
    bytes[i] = str.charCodeAt(i);
  }
  return bytes;
}
__name(stringToBytes, "stringToBytes");
var DNS = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
var URL2 = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
function v35(version3, hash, value, namespace, buf, offset) {
  const valueBytes = typeof value === "string" ? stringToBytes(value) : value;
  const namespaceBytes = typeof namespace === "string" ? parse_default(namespace) : namespace;
  if (typeof namespace === "string") {
    namespace = parse_default(namespace);
  }
  if (namespace?.length !== 16) {
    throw TypeError("Namespace must be array-like (16 iterable integer values, 0-255)");
  }
  let bytes = new Uint8Array(16 + valueBytes.length);
  bytes.set(namespaceBytes);
  bytes.set(valueBytes, namespaceBytes.length);
  bytes = hash(bytes);
  bytes[6] = bytes[6] & 15 | version3;
  bytes[8] = bytes[8] & 63 | 128;
  if (buf) {
    offset ??= 0;
    if (offset < 0 || offset + 16 > buf.length) {
      throw new RangeError(`UUID byte range ${offset}:${offset + 15} is out of buffer bounds`);
    }
    for (let i = 0; i < 16; ++i) {
      buf[offset + i] = bytes[i];
    }
    return buf;
  }
  return unsafeStringify(bytes);
}
__name(v35, "v35");

// node_modules/uuid/dist/sha1.js
function f(s, x, y, z) {
  switch (s) {
    case 0:
      return x & y ^ ~x & z;
    case 1:
      return x ^ y ^ z;
    case 2:
      return x & y ^ x & z ^ y & z;
    case 3:
      return x ^ y ^ z;
  }
}
__name(f, "f");
function ROTL(x, n) {
  return x << n | x >>> 32 - n;
}
__name(ROTL, "ROTL");
function sha1(bytes) {
  const K = [1518500249, 1859775393, 2400959708, 3395469782];
  const H = [1732584193, 4023233417, 2562383102, 271733878, 3285377520];
  const newBytes = new Uint8Array(bytes.length + 1);
  newBytes.set(bytes);
  newBytes[bytes.length] = 128;
  bytes = newBytes;
  const l = bytes.length / 4 + 2;
  const N = Math.ceil(l / 16);
  const M = new Array(N);
  for (let i = 0; i < N; ++i) {
    const arr = new Uint32Array(16);
    for (let j = 0; j < 16; ++j) {
      arr[j] = bytes[i * 64 + j * 4] << 24 | bytes[i * 64 + j * 4 + 1] << 16 | bytes[i * 64 + j * 4 + 2] << 8 | bytes[i * 64 + j * 4 + 3];
    }
    M[i] = arr;
  }
  M[N - 1][14] = (bytes.length - 1) * 8 / 2 ** 32;
  M[N - 1][14] = Math.floor(M[N - 1][14]);
  M[N - 1][15] = (bytes.length - 1) * 8 & 4294967295;
  for (let i = 0; i < N; ++i) {
    const W = new Uint32Array(80);
    for (let t = 0; t < 16; ++t) {
      W[t] = M[i][t];
    }
    for (let t = 16; t < 80; ++t) {
      W[t] = ROTL(W[t - 3] ^ W[t - 8] ^ W[t - 14] ^ W[t - 16], 1);
    }
    let a = H[0];
    let b = H[1];
    let c = H[2];
    let d = H[3];
    let e = H[4];
    for (let t = 0; t < 80; ++t) {
      const s = Math.floor(t / 20);
      const T = ROTL(a, 5) + f(s, b, c, d) + e + K[s] + W[t] >>> 0;
      e = d;
      d = c;
      c = ROTL(b, 30) >>> 0;
      b = a;
      a = T;
    }
    H[0] = H[0] + a >>> 0;
    H[1] = H[1] + b >>> 0;
    H[2] = H[2] + c >>> 0;
    H[3] = H[3] + d >>> 0;
    H[4] = H[4] + e >>> 0;
  }
  return Uint8Array.of(H[0] >> 24, H[0] >> 16, H[0] >> 8, H[0], H[1] >> 24, H[1] >> 16, H[1] >> 8, H[1], H[2] >> 24, H[2] >> 16, H[2] >> 8, H[2], H[3] >> 24, H[3] >> 16, H[3] >> 8, H[3], H[4] >> 24, H[4] >> 16, H[4] >> 8, H[4]);
}
__name(sha1, "sha1");
var sha1_default = sha1;

// node_modules/uuid/dist/v5.js
function v5(value, namespace, buf, offset) {
  return v35(80, sha1_default, value, namespace, buf, offset);
}
__name(v5, "v5");
v5.DNS = DNS;
v5.URL = URL2;
var v5_default = v5;

// node_modules/uuid/dist/v7.js
var _state = {};
function v7(options, buf, offset) {
  let bytes;
  if (options) {
    bytes = v7Bytes(options.random ?? options.rng?.() ?? rng(), options.msecs, options.seq, buf, offset);
  } else {
    const now = Date.now();
    const rnds = rng();
    updateV7State(_state, now, rnds);
    bytes = v7Bytes(rnds, _state.msecs, _state.seq, buf, offset);
  }
  return buf ?? unsafeStringify(bytes);
}
__name(v7, "v7");
function updateV7State(state, now, rnds) {
  state.msecs ??= -Infinity;
  state.seq ??= 0;
  if (now > state.msecs) {
    state.seq = v7Sequence(rnds);
    state.msecs = now;
  } else {
    state.seq = state.seq + 1 | 0;
    if (state.seq === 0) {
      state.msecs++;
    }
  }
  return state;
}
__name(updateV7State, "updateV7State");
function v7Bytes(rnds, msecs, seq, buf, offset = 0) {
  if (rnds.length < 16) {
    throw new Error("Random bytes length must be >= 16");
  }
  if (!buf) {
    buf = new Uint8Array(16);
    offset = 0;
  } else {
    if (offset < 0 || offset + 16 > buf.length) {
      throw new RangeError(`UUID byte range ${offset}:${offset + 15} is out of buffer bounds`);
    }
  }
  msecs ??= Date.now();
  seq ??= v7Sequence(rnds);
  buf[offset++] = msecs / 1099511627776 & 255;
  buf[offset++] = msecs / 4294967296 & 255;
  buf[offset++] = msecs / 16777216 & 255;
  buf[offset++] = msecs / 65536 & 255;
  buf[offset++] = msecs / 256 & 255;
  buf[offset++] = msecs & 255;
  buf[offset++] = 112 | seq >>> 28 & 15;
  buf[offset++] = seq >>> 20 & 255;
  buf[offset++] = 128 | seq >>> 14 & 63;
  buf[offset++] = seq >>> 6 & 255;
  buf[offset++] = seq << 2 & 255 | rnds[10] & 3;
  buf[offset++] = rnds[11];
  buf[offset++] = rnds[12];
  buf[offset++] = rnds[13];
  buf[offset++] = rnds[14];
  buf[offset++] = rnds[15];
  return buf;
}
__name(v7Bytes, "v7Bytes");
function v7Sequence(rnds) {
  return (rnds[6] & 127) << 24 | rnds[7] << 16 | rnds[8] << 8 | rnds[9];
}
__name(v7Sequence, "v7Sequence");
var v7_default = v7;

// node_modules/uuid/dist/version.js
function version(uuid2) {
  if (!validate_default(uuid2)) {
    throw TypeError("Invalid UUID");
  }
  return parseInt(uuid2.slice(14, 15), 16);
}
__name(version, "version");
var version_default = version;

// src/errors.ts
var STATUS = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  forbidden_origin: 403,
  not_found: 404,
  output_unavailable: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  invalid_workflow: 422,
  workflow_format_ui: 422,
  missing_asset: 422,
  idempotency_key_reuse: 422,
  queue_full: 429,
  too_many_streams: 429,
  rate_limited: 429,
  internal_error: 500,
  upstream_error: 502,
  upstream_unreachable: 503,
  storage_unavailable: 503
};
var ERROR_CODES = Object.keys(STATUS);
var GatewayError = class extends Error {
  static {
    __name(this, "GatewayError");
  }
  code;
  status;
  details;
  retryAfterSeconds;
  constructor(code, message, options = {}) {
    super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.name = "GatewayError";
    this.code = code;
    this.status = options.status ?? STATUS[code];
    this.details = options.details ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
};
function notFoundIsUndefined(error2) {
  if (error2 instanceof GatewayError && error2.code === "not_found") return void 0;
  throw error2;
}
__name(notFoundIsUndefined, "notFoundIsUndefined");
function toEnvelope(error2) {
  return error2 instanceof GatewayError ? { error: { code: error2.code, message: error2.message, details: error2.details } } : {
    error: {
      code: "internal_error",
      message: "The gateway failed in an unexpected way; its log has the cause under the request id.",
      details: null
    }
  };
}
__name(toEnvelope, "toEnvelope");

// src/comfyui/json.ts
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
__name(isObject, "isObject");
function jsonDepth(text3) {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text3.length; i++) {
    const c = text3.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text3, i);
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (++depth > deepest) deepest = depth;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) depth--;
  }
  return deepest;
}
__name(jsonDepth, "jsonDepth");
function memberText(text3, name) {
  let found;
  let i = text3.indexOf("{") + 1;
  while (i > 0) {
    i = skipSpace(text3, i);
    if (text3.charCodeAt(i) !== QUOTE) return found;
    const keyEnd = endOfString(text3, i);
    const key = text3.slice(i, keyEnd + 1);
    const start = skipSpace(text3, text3.indexOf(":", keyEnd) + 1);
    const end = endOfValue(text3, start);
    if (JSON.parse(key) === name) found = text3.slice(start, end);
    i = skipSpace(text3, end);
    if (text3.charCodeAt(i) !== COMMA) return found;
    i++;
  }
  return found;
}
__name(memberText, "memberText");
function parseLossless(text3) {
  return LONG_NUMBER.test(text3) ? JSON.parse(text3, keepDigits) : JSON.parse(text3);
}
__name(parseLossless, "parseLossless");
function parsePython(text3, parser2 = JSON.parse) {
  try {
    return parser2(text3);
  } catch (error2) {
    const repaired = text3.replace(
      /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g,
      (token) => token[0] === '"' ? token : "null"
    );
    if (repaired === text3) throw error2;
    return parser2(repaired);
  }
}
__name(parsePython, "parsePython");
var QUOTE = 34;
var COMMA = 44;
var BACKSLASH = 92;
var OPEN_BRACKET = 91;
var CLOSE_BRACKET = 93;
var OPEN_BRACE = 123;
var CLOSE_BRACE = 125;
var LONG_NUMBER = /\d{16}/;
var rawJSON = JSON.rawJSON;
function keepDigits(_key, value, context) {
  return typeof value === "number" && context.source !== void 0 && String(value) !== context.source ? rawJSON(context.source) : value;
}
__name(keepDigits, "keepDigits");
function skipSpace(text3, i) {
  while (text3.charCodeAt(i) <= 32) i++;
  return i;
}
__name(skipSpace, "skipSpace");
function endOfString(text3, i) {
  for (let j = i + 1; j < text3.length; j++) {
    const c = text3.charCodeAt(j);
    if (c === BACKSLASH) j++;
    else if (c === QUOTE) return j;
  }
  return text3.length;
}
__name(endOfString, "endOfString");
function endOfValue(text3, i) {
  let depth = 0;
  for (; i < text3.length; i++) {
    const c = text3.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text3, i);
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
      continue;
    }
    if (depth === 0) {
      if (c === QUOTE) return i + 1;
      if (c === COMMA || c <= 32) return i;
    }
  }
  return i;
}
__name(endOfValue, "endOfValue");

// node_modules/mrmime/index.mjs
var mimes = {
  "3g2": "video/3gpp2",
  "3gp": "video/3gpp",
  "3gpp": "video/3gpp",
  "3mf": "model/3mf",
  "aac": "audio/aac",
  "ac": "application/pkix-attr-cert",
  "adp": "audio/adpcm",
  "adts": "audio/aac",
  "ai": "application/postscript",
  "aml": "application/automationml-aml+xml",
  "amlx": "application/automationml-amlx+zip",
  "amr": "audio/amr",
  "apng": "image/apng",
  "appcache": "text/cache-manifest",
  "appinstaller": "application/appinstaller",
  "appx": "application/appx",
  "appxbundle": "application/appxbundle",
  "asc": "application/pgp-keys",
  "atom": "application/atom+xml",
  "atomcat": "application/atomcat+xml",
  "atomdeleted": "application/atomdeleted+xml",
  "atomsvc": "application/atomsvc+xml",
  "au": "audio/basic",
  "avci": "image/avci",
  "avcs": "image/avcs",
  "avif": "image/avif",
  "aw": "application/applixware",
  "bdoc": "application/bdoc",
  "bin": "application/octet-stream",
  "bmp": "image/bmp",
  "bpk": "application/octet-stream",
  "btf": "image/prs.btif",
  "btif": "image/prs.btif",
  "buffer": "application/octet-stream",
  "ccxml": "application/ccxml+xml",
  "cdfx": "application/cdfx+xml",
  "cdmia": "application/cdmi-capability",
  "cdmic": "application/cdmi-container",
  "cdmid": "application/cdmi-domain",
  "cdmio": "application/cdmi-object",
  "cdmiq": "application/cdmi-queue",
  "cer": "application/pkix-cert",
  "cgm": "image/cgm",
  "cjs": "application/node",
  "class": "application/java-vm",
  "coffee": "text/coffeescript",
  "conf": "text/plain",
  "cpl": "application/cpl+xml",
  "cpt": "application/mac-compactpro",
  "crl": "application/pkix-crl",
  "css": "text/css",
  "csv": "text/csv",
  "cu": "application/cu-seeme",
  "cwl": "application/cwl",
  "cww": "application/prs.cww",
  "davmount": "application/davmount+xml",
  "dbk": "application/docbook+xml",
  "deb": "application/octet-stream",
  "def": "text/plain",
  "deploy": "application/octet-stream",
  "dib": "image/bmp",
  "disposition-notification": "message/disposition-notification",
  "dist": "application/octet-stream",
  "distz": "application/octet-stream",
  "dll": "application/octet-stream",
  "dmg": "application/octet-stream",
  "dms": "application/octet-stream",
  "doc": "application/msword",
  "dot": "application/msword",
  "dpx": "image/dpx",
  "drle": "image/dicom-rle",
  "dsc": "text/prs.lines.tag",
  "dssc": "application/dssc+der",
  "dtd": "application/xml-dtd",
  "dump": "application/octet-stream",
  "dwd": "application/atsc-dwd+xml",
  "ear": "application/java-archive",
  "ecma": "application/ecmascript",
  "elc": "application/octet-stream",
  "emf": "image/emf",
  "eml": "message/rfc822",
  "emma": "application/emma+xml",
  "emotionml": "application/emotionml+xml",
  "eps": "application/postscript",
  "epub": "application/epub+zip",
  "exe": "application/octet-stream",
  "exi": "application/exi",
  "exp": "application/express",
  "exr": "image/aces",
  "ez": "application/andrew-inset",
  "fdf": "application/fdf",
  "fdt": "application/fdt+xml",
  "fits": "image/fits",
  "g3": "image/g3fax",
  "gbr": "application/rpki-ghostbusters",
  "geojson": "application/geo+json",
  "gif": "image/gif",
  "glb": "model/gltf-binary",
  "gltf": "model/gltf+json",
  "gml": "application/gml+xml",
  "gpx": "application/gpx+xml",
  "gram": "application/srgs",
  "grxml": "application/srgs+xml",
  "gxf": "application/gxf",
  "gz": "application/gzip",
  "h261": "video/h261",
  "h263": "video/h263",
  "h264": "video/h264",
  "heic": "image/heic",
  "heics": "image/heic-sequence",
  "heif": "image/heif",
  "heifs": "image/heif-sequence",
  "hej2": "image/hej2k",
  "held": "application/atsc-held+xml",
  "hjson": "application/hjson",
  "hlp": "application/winhlp",
  "hqx": "application/mac-binhex40",
  "hsj2": "image/hsj2",
  "htm": "text/html",
  "html": "text/html",
  "ics": "text/calendar",
  "ief": "image/ief",
  "ifb": "text/calendar",
  "iges": "model/iges",
  "igs": "model/iges",
  "img": "application/octet-stream",
  "in": "text/plain",
  "ini": "text/plain",
  "ink": "application/inkml+xml",
  "inkml": "application/inkml+xml",
  "ipfix": "application/ipfix",
  "iso": "application/octet-stream",
  "its": "application/its+xml",
  "jade": "text/jade",
  "jar": "application/java-archive",
  "jhc": "image/jphc",
  "jls": "image/jls",
  "jp2": "image/jp2",
  "jpe": "image/jpeg",
  "jpeg": "image/jpeg",
  "jpf": "image/jpx",
  "jpg": "image/jpeg",
  "jpg2": "image/jp2",
  "jpgm": "image/jpm",
  "jpgv": "video/jpeg",
  "jph": "image/jph",
  "jpm": "image/jpm",
  "jpx": "image/jpx",
  "js": "text/javascript",
  "json": "application/json",
  "json5": "application/json5",
  "jsonld": "application/ld+json",
  "jsonml": "application/jsonml+json",
  "jsx": "text/jsx",
  "jt": "model/jt",
  "jxl": "image/jxl",
  "jxr": "image/jxr",
  "jxra": "image/jxra",
  "jxrs": "image/jxrs",
  "jxs": "image/jxs",
  "jxsc": "image/jxsc",
  "jxsi": "image/jxsi",
  "jxss": "image/jxss",
  "kar": "audio/midi",
  "ktx": "image/ktx",
  "ktx2": "image/ktx2",
  "less": "text/less",
  "lgr": "application/lgr+xml",
  "list": "text/plain",
  "litcoffee": "text/coffeescript",
  "log": "text/plain",
  "lostxml": "application/lost+xml",
  "lrf": "application/octet-stream",
  "m1v": "video/mpeg",
  "m21": "application/mp21",
  "m2a": "audio/mpeg",
  "m2t": "video/mp2t",
  "m2ts": "video/mp2t",
  "m2v": "video/mpeg",
  "m3a": "audio/mpeg",
  "m4a": "audio/mp4",
  "m4p": "application/mp4",
  "m4s": "video/iso.segment",
  "ma": "application/mathematica",
  "mads": "application/mads+xml",
  "maei": "application/mmt-aei+xml",
  "man": "text/troff",
  "manifest": "text/cache-manifest",
  "map": "application/json",
  "mar": "application/octet-stream",
  "markdown": "text/markdown",
  "mathml": "application/mathml+xml",
  "mb": "application/mathematica",
  "mbox": "application/mbox",
  "md": "text/markdown",
  "mdx": "text/mdx",
  "me": "text/troff",
  "mesh": "model/mesh",
  "meta4": "application/metalink4+xml",
  "metalink": "application/metalink+xml",
  "mets": "application/mets+xml",
  "mft": "application/rpki-manifest",
  "mid": "audio/midi",
  "midi": "audio/midi",
  "mime": "message/rfc822",
  "mj2": "video/mj2",
  "mjp2": "video/mj2",
  "mjs": "text/javascript",
  "mml": "text/mathml",
  "mods": "application/mods+xml",
  "mov": "video/quicktime",
  "mp2": "audio/mpeg",
  "mp21": "application/mp21",
  "mp2a": "audio/mpeg",
  "mp3": "audio/mpeg",
  "mp4": "video/mp4",
  "mp4a": "audio/mp4",
  "mp4s": "application/mp4",
  "mp4v": "video/mp4",
  "mpd": "application/dash+xml",
  "mpe": "video/mpeg",
  "mpeg": "video/mpeg",
  "mpf": "application/media-policy-dataset+xml",
  "mpg": "video/mpeg",
  "mpg4": "video/mp4",
  "mpga": "audio/mpeg",
  "mpp": "application/dash-patch+xml",
  "mrc": "application/marc",
  "mrcx": "application/marcxml+xml",
  "ms": "text/troff",
  "mscml": "application/mediaservercontrol+xml",
  "msh": "model/mesh",
  "msi": "application/octet-stream",
  "msix": "application/msix",
  "msixbundle": "application/msixbundle",
  "msm": "application/octet-stream",
  "msp": "application/octet-stream",
  "mtl": "model/mtl",
  "mts": "video/mp2t",
  "musd": "application/mmt-usd+xml",
  "mxf": "application/mxf",
  "mxmf": "audio/mobile-xmf",
  "mxml": "application/xv+xml",
  "n3": "text/n3",
  "nb": "application/mathematica",
  "nq": "application/n-quads",
  "nt": "application/n-triples",
  "obj": "model/obj",
  "oda": "application/oda",
  "oga": "audio/ogg",
  "ogg": "audio/ogg",
  "ogv": "video/ogg",
  "ogx": "application/ogg",
  "omdoc": "application/omdoc+xml",
  "onepkg": "application/onenote",
  "onetmp": "application/onenote",
  "onetoc": "application/onenote",
  "onetoc2": "application/onenote",
  "opf": "application/oebps-package+xml",
  "opus": "audio/ogg",
  "otf": "font/otf",
  "owl": "application/rdf+xml",
  "oxps": "application/oxps",
  "p10": "application/pkcs10",
  "p7c": "application/pkcs7-mime",
  "p7m": "application/pkcs7-mime",
  "p7s": "application/pkcs7-signature",
  "p8": "application/pkcs8",
  "pdf": "application/pdf",
  "pfr": "application/font-tdpfr",
  "pgp": "application/pgp-encrypted",
  "pkg": "application/octet-stream",
  "pki": "application/pkixcmp",
  "pkipath": "application/pkix-pkipath",
  "pls": "application/pls+xml",
  "png": "image/png",
  "prc": "model/prc",
  "prf": "application/pics-rules",
  "provx": "application/provenance+xml",
  "ps": "application/postscript",
  "pskcxml": "application/pskc+xml",
  "pti": "image/prs.pti",
  "qt": "video/quicktime",
  "raml": "application/raml+yaml",
  "rapd": "application/route-apd+xml",
  "rdf": "application/rdf+xml",
  "relo": "application/p2p-overlay+xml",
  "rif": "application/reginfo+xml",
  "rl": "application/resource-lists+xml",
  "rld": "application/resource-lists-diff+xml",
  "rmi": "audio/midi",
  "rnc": "application/relax-ng-compact-syntax",
  "rng": "application/xml",
  "roa": "application/rpki-roa",
  "roff": "text/troff",
  "rq": "application/sparql-query",
  "rs": "application/rls-services+xml",
  "rsat": "application/atsc-rsat+xml",
  "rsd": "application/rsd+xml",
  "rsheet": "application/urc-ressheet+xml",
  "rss": "application/rss+xml",
  "rtf": "text/rtf",
  "rtx": "text/richtext",
  "rusd": "application/route-usd+xml",
  "s3m": "audio/s3m",
  "sbml": "application/sbml+xml",
  "scq": "application/scvp-cv-request",
  "scs": "application/scvp-cv-response",
  "sdp": "application/sdp",
  "senmlx": "application/senml+xml",
  "sensmlx": "application/sensml+xml",
  "ser": "application/java-serialized-object",
  "setpay": "application/set-payment-initiation",
  "setreg": "application/set-registration-initiation",
  "sgi": "image/sgi",
  "sgm": "text/sgml",
  "sgml": "text/sgml",
  "shex": "text/shex",
  "shf": "application/shf+xml",
  "shtml": "text/html",
  "sieve": "application/sieve",
  "sig": "application/pgp-signature",
  "sil": "audio/silk",
  "silo": "model/mesh",
  "siv": "application/sieve",
  "slim": "text/slim",
  "slm": "text/slim",
  "sls": "application/route-s-tsid+xml",
  "smi": "application/smil+xml",
  "smil": "application/smil+xml",
  "snd": "audio/basic",
  "so": "application/octet-stream",
  "spdx": "text/spdx",
  "spp": "application/scvp-vp-response",
  "spq": "application/scvp-vp-request",
  "spx": "audio/ogg",
  "sql": "application/sql",
  "sru": "application/sru+xml",
  "srx": "application/sparql-results+xml",
  "ssdl": "application/ssdl+xml",
  "ssml": "application/ssml+xml",
  "stk": "application/hyperstudio",
  "stl": "model/stl",
  "stpx": "model/step+xml",
  "stpxz": "model/step-xml+zip",
  "stpz": "model/step+zip",
  "styl": "text/stylus",
  "stylus": "text/stylus",
  "svg": "image/svg+xml",
  "svgz": "image/svg+xml",
  "swidtag": "application/swid+xml",
  "t": "text/troff",
  "t38": "image/t38",
  "td": "application/urc-targetdesc+xml",
  "tei": "application/tei+xml",
  "teicorpus": "application/tei+xml",
  "text": "text/plain",
  "tfi": "application/thraud+xml",
  "tfx": "image/tiff-fx",
  "tif": "image/tiff",
  "tiff": "image/tiff",
  "toml": "application/toml",
  "tr": "text/troff",
  "trig": "application/trig",
  "ts": "video/mp2t",
  "tsd": "application/timestamped-data",
  "tsv": "text/tab-separated-values",
  "ttc": "font/collection",
  "ttf": "font/ttf",
  "ttl": "text/turtle",
  "ttml": "application/ttml+xml",
  "txt": "text/plain",
  "u3d": "model/u3d",
  "u8dsn": "message/global-delivery-status",
  "u8hdr": "message/global-headers",
  "u8mdn": "message/global-disposition-notification",
  "u8msg": "message/global",
  "ubj": "application/ubjson",
  "uri": "text/uri-list",
  "uris": "text/uri-list",
  "urls": "text/uri-list",
  "vcard": "text/vcard",
  "vrml": "model/vrml",
  "vtt": "text/vtt",
  "vxml": "application/voicexml+xml",
  "war": "application/java-archive",
  "wasm": "application/wasm",
  "wav": "audio/wav",
  "weba": "audio/webm",
  "webm": "video/webm",
  "webmanifest": "application/manifest+json",
  "webp": "image/webp",
  "wgsl": "text/wgsl",
  "wgt": "application/widget",
  "wif": "application/watcherinfo+xml",
  "wmf": "image/wmf",
  "woff": "font/woff",
  "woff2": "font/woff2",
  "wrl": "model/vrml",
  "wsdl": "application/wsdl+xml",
  "wspolicy": "application/wspolicy+xml",
  "x3d": "model/x3d+xml",
  "x3db": "model/x3d+fastinfoset",
  "x3dbz": "model/x3d+binary",
  "x3dv": "model/x3d-vrml",
  "x3dvz": "model/x3d+vrml",
  "x3dz": "model/x3d+xml",
  "xaml": "application/xaml+xml",
  "xav": "application/xcap-att+xml",
  "xca": "application/xcap-caps+xml",
  "xcs": "application/calendar+xml",
  "xdf": "application/xcap-diff+xml",
  "xdssc": "application/dssc+xml",
  "xel": "application/xcap-el+xml",
  "xenc": "application/xenc+xml",
  "xer": "application/patch-ops-error+xml",
  "xfdf": "application/xfdf",
  "xht": "application/xhtml+xml",
  "xhtml": "application/xhtml+xml",
  "xhvml": "application/xv+xml",
  "xlf": "application/xliff+xml",
  "xm": "audio/xm",
  "xml": "text/xml",
  "xns": "application/xcap-ns+xml",
  "xop": "application/xop+xml",
  "xpl": "application/xproc+xml",
  "xsd": "application/xml",
  "xsf": "application/prs.xsf+xml",
  "xsl": "application/xml",
  "xslt": "application/xml",
  "xspf": "application/xspf+xml",
  "xvm": "application/xv+xml",
  "xvml": "application/xv+xml",
  "yaml": "text/yaml",
  "yang": "application/yang",
  "yin": "application/yin+xml",
  "yml": "text/yaml",
  "zip": "application/zip"
};
function lookup(extn) {
  let tmp = ("" + extn).trim().toLowerCase();
  let idx = tmp.lastIndexOf(".");
  return mimes[!~idx ? tmp : tmp.substring(++idx)];
}
__name(lookup, "lookup");

// src/comfyui/outputs.ts
var MAX_TEXT_LENGTH = 256 * 1024;
function nodeOutputs(node2, displayNode, output) {
  const found = [];
  for (const [key, value] of Object.entries(output)) {
    const entries = Array.isArray(value) ? fold(value) : [value];
    for (const [index, entry] of entries.entries()) {
      const content2 = classify(entry);
      if (content2 !== null) found.push({ node: node2, displayNode, key, index, ...content2 });
    }
  }
  return found;
}
__name(nodeOutputs, "nodeOutputs");
function contentTypeOf(filename) {
  return EXTRA_TYPES[extensionOf(filename)] ?? lookup(filename) ?? "application/octet-stream";
}
__name(contentTypeOf, "contentTypeOf");
function fold(list) {
  return list.length > MAX_TEXTS && !list.some((entry) => isObject(entry) && "filename" in entry) ? [list] : list;
}
__name(fold, "fold");
var MAX_TEXTS = 100;
var EXTRA_TYPES = {
  latent: "application/octet-stream",
  mkv: "video/x-matroska",
  flac: "audio/flac",
  m4a: "audio/mp4"
};
function classify(entry) {
  if (typeof entry === "string") return text(entry, "text/plain");
  if (typeof entry === "number") return text(String(entry), "application/json");
  if (!isObject(entry)) return Array.isArray(entry) ? text(JSON.stringify(entry), "application/json") : null;
  const { filename, subfolder, type, format } = entry;
  if (typeof filename !== "string" || filename === "") return text(JSON.stringify(entry), "application/json");
  const contentType = fileType(filename, format);
  return {
    kind: kindOf(filename, contentType),
    contentType,
    file: {
      filename,
      subfolder: typeof subfolder === "string" ? subfolder : "",
      type: typeof type === "string" ? type : "output"
    }
  };
}
__name(classify, "classify");
function text(value, contentType) {
  return { kind: "text", contentType, text: value.slice(0, MAX_TEXT_LENGTH) };
}
__name(text, "text");
function fileType(filename, format) {
  const type = contentTypeOf(filename);
  return type === "application/octet-stream" && typeof format === "string" && /^(image|video|audio)\/[\w.+-]+$/.test(format) ? format : type;
}
__name(fileType, "fileType");
function kindOf(filename, contentType) {
  if (extensionOf(filename) === "latent") return "latent";
  const family = contentType.slice(0, contentType.indexOf("/"));
  switch (family) {
    case "image":
    case "video":
    case "audio":
    case "text":
      return family;
    default:
      return contentType === "application/json" ? "text" : "file";
  }
}
__name(kindOf, "kindOf");
function extensionOf(filename) {
  return filename.slice(filename.lastIndexOf(".") + 1).toLowerCase();
}
__name(extensionOf, "extensionOf");

// src/comfyui/history.ts
function readHistoryEntry(entry) {
  if (!isObject(entry)) return void 0;
  const status = isObject(entry["status"]) ? entry["status"] : {};
  const messages = messageList(status["messages"]);
  const outputs = [];
  const meta2 = isObject(entry["meta"]) ? entry["meta"] : {};
  for (const [node2, output] of Object.entries(isObject(entry["outputs"]) ? entry["outputs"] : {})) {
    if (!isObject(output)) continue;
    const nodeMeta = meta2[node2];
    const display = isObject(nodeMeta) ? nodeMeta["display_node"] : void 0;
    outputs.push(...nodeOutputs(node2, typeof display === "string" ? display : node2, output));
  }
  const interrupted = messages.some(([type]) => type === "execution_interrupted");
  const outcome = interrupted ? "interrupted" : status["status_str"] === "error" ? "error" : "success";
  const cached2 = messages.find(([type]) => type === "execution_cached")?.[1]["nodes"];
  return {
    outcome,
    startedAt: timestamp(messages.find(([type]) => type === "execution_start")),
    endedAt: timestamp(
      messages.findLast(([type]) => type !== "execution_start" && type !== "execution_cached")
    ),
    cachedNodes: Array.isArray(cached2) ? cached2.filter((node2) => typeof node2 === "string") : [],
    outputs,
    ...outcome === "error" && {
      error: runError(messages.findLast(([type]) => type === "execution_error")?.[1])
    }
  };
}
__name(readHistoryEntry, "readHistoryEntry");
function messageList(value) {
  return Array.isArray(value) ? value.filter((m) => Array.isArray(m) && typeof m[0] === "string" && isObject(m[1])) : [];
}
__name(messageList, "messageList");
function timestamp(message) {
  const at = message?.[1]["timestamp"];
  return typeof at === "number" ? at : void 0;
}
__name(timestamp, "timestamp");
function runError(data) {
  const message = typeof data?.["exception_message"] === "string" ? data["exception_message"].trim() : "";
  const type = typeof data?.["exception_type"] === "string" ? data["exception_type"] : "";
  return {
    message: withoutFolders(message || type || "ComfyUI gave no reason"),
    nodeId: typeof data?.["node_id"] === "string" ? data["node_id"] : null,
    classType: typeof data?.["node_type"] === "string" ? data["node_type"] : null
  };
}
__name(runError, "runError");
function withoutFolders(message) {
  return message.replace(/(^|[\s'"(=:])(?:[A-Za-z]:)?[\\/](?:[^\s'"\\/:]+[\\/])+/g, "$1");
}
__name(withoutFolders, "withoutFolders");

// src/comfyui/client.ts
function overFetch(standard) {
  return async (url2, init) => {
    const response = await standard(url2, { ...init, redirect: "manual" });
    return {
      status: response.status,
      ok: response.ok,
      headers: response.headers,
      text: /* @__PURE__ */ __name(() => response.text(), "text"),
      arrayBuffer: /* @__PURE__ */ __name(() => response.arrayBuffer(), "arrayBuffer"),
      discard: /* @__PURE__ */ __name(async () => response.body?.cancel(), "discard"),
      stream: /* @__PURE__ */ __name(() => response.body, "stream")
    };
  };
}
__name(overFetch, "overFetch");
var ComfyError = class extends GatewayError {
  static {
    __name(this, "ComfyError");
  }
  fate;
  constructor(fate, message, cause) {
    if (fate === "answered") super("upstream_error", message, { cause });
    else super("upstream_unreachable", message, { cause, retryAfterSeconds: 5 });
    this.name = "ComfyError";
    this.fate = fate;
  }
};
var TIMEOUT_MS = { read: 1e4, submit: 1e4, list: 3e4, view: 3e4 };
var CLASSES_MS = 6e4;
function createComfyClient(address, fetch2, now, timeoutMs) {
  const { name, url: base, headers } = address;
  let classes = [];
  let classesAt = Number.NEGATIVE_INFINITY;
  const jsonHeaders = { ...headers, "content-type": "application/json" };
  async function send(path2, init, limitMs) {
    try {
      return await fetch2(base + path2, { headers, ...init, signal: AbortSignal.timeout(limitMs) });
    } catch (error2) {
      throw connectionFault(name, error2);
    }
  }
  __name(send, "send");
  async function readText(response) {
    try {
      return await response.text();
    } catch (error2) {
      throw connectionFault(name, error2);
    }
  }
  __name(readText, "readText");
  async function getText(path2, limitMs) {
    const response = await send(path2, {}, limitMs);
    const text3 = await readText(response);
    if (!response.ok) throw badAnswer(name, `GET ${path2.split("?")[0]}`, response.status, text3);
    return text3;
  }
  __name(getText, "getText");
  async function getJson(path2, limitMs = timeoutMs.read) {
    return parse2(name, path2, await getText(path2, limitMs), JSON.parse);
  }
  __name(getJson, "getJson");
  async function post(path2, body) {
    const response = await send(
      path2,
      { method: "POST", headers: jsonHeaders, body: JSON.stringify(body) },
      timeoutMs.read
    );
    const text3 = await readText(response);
    if (!response.ok) throw badAnswer(name, `POST ${path2}`, response.status, text3);
  }
  __name(post, "post");
  function unexpected(status, text3) {
    const definite = status === 500 || status >= 400 && status < 500 && status !== 408;
    if (definite) return badAnswer(name, "POST /prompt", status, text3);
    return new ComfyError("unknown", `${name} answered ${status} to POST /prompt.`, text3.slice(0, 500));
  }
  __name(unexpected, "unexpected");
  return {
    name,
    /** `POST /prompt` with a ready body. A refusal is a value; 5xx and broken answers throw. */
    async submit(body) {
      const response = await send(
        "/prompt",
        { method: "POST", headers: jsonHeaders, body },
        timeoutMs.submit
      );
      const text3 = await readText(response);
      const { status } = response;
      if (status !== 200 && status !== 400) throw unexpected(status, text3);
      let answer2;
      try {
        answer2 = parsePython(text3, parseLossless);
      } catch (error2) {
        throw new ComfyError(
          "unknown",
          `${name} answered ${status} to POST /prompt, and not in JSON.`,
          error2
        );
      }
      if (!isObject(answer2)) throw unexpected(status, text3);
      const nodeErrors = isObject(answer2["node_errors"]) ? answer2["node_errors"] : {};
      if (status === 200) return { accepted: true, nodeErrors };
      return { accepted: false, error: isObject(answer2["error"]) ? answer2["error"] : {}, nodeErrors };
    },
    /** Number of pending and running prompts, from `GET /prompt`. */
    async queueRemaining(limitMs = timeoutMs.read) {
      const answer2 = await getJson("/prompt", limitMs);
      const info = isObject(answer2) ? answer2["exec_info"] : void 0;
      const remaining = isObject(info) ? info["queue_remaining"] : void 0;
      if (typeof remaining !== "number") throw badAnswer(name, "GET /prompt", 200, JSON.stringify(answer2));
      return remaining;
    },
    /** Who is in the queue. Costly: the answer carries every whole graph. */
    async queue() {
      return queueItems(tuples(await getJson("/queue", timeoutMs.list)));
    },
    /**
     * Who is in the queue, from `/api/jobs` of newer versions, which leaves the graphs out; null where it is absent.
     */
    async activeJobs() {
      const response = await send("/api/jobs?status=pending,in_progress", {}, timeoutMs.read);
      const text3 = await readText(response);
      if (response.status === 404 || response.status === 405) return null;
      if (!response.ok) throw badAnswer(name, "GET /api/jobs", response.status, text3);
      const answer2 = parse2(name, "/api/jobs", text3, JSON.parse);
      const jobs = isObject(answer2) && Array.isArray(answer2["jobs"]) ? answer2["jobs"].filter(isObject) : null;
      if (jobs === null) throw badAnswer(name, "GET /api/jobs", response.status, text3);
      const entries = jobs.map((job) => ({
        id: String(job["id"]),
        number: Number(job["priority"]),
        running: job["status"] === "in_progress"
      }));
      return inOrder(entries);
    },
    /** How a prompt ended, or undefined if the history does not have it (yet, or any more). */
    async history(promptId) {
      const answer2 = await getJson(`/history/${promptId}`);
      return isObject(answer2) ? readHistoryEntry(answer2[promptId]) : void 0;
    },
    /** One prompt of the history with what was submitted, digits kept. */
    async storedPrompt(promptId) {
      const path2 = `/history/${promptId}`;
      const answer2 = parse2(name, path2, await getText(path2, timeoutMs.read), parseLossless);
      return isObject(answer2) ? storedPrompt(answer2[promptId]) : void 0;
    },
    /** All prompts of the queue with what was submitted, digits kept. */
    async queuedPrompts() {
      const answer2 = parse2(name, "/queue", await getText("/queue", timeoutMs.list), parseLossless);
      const { running, pending } = tuples(answer2);
      return [...running, ...pending].map((tuple) => fromTuple(tuple)).filter((prompt) => prompt !== void 0);
    },
    /** A page of the history, oldest first, with what was submitted. An empty page is past the end. */
    async historyPage(offset, limit) {
      const path2 = `/history?max_items=${limit}&offset=${offset}`;
      const answer2 = parse2(name, path2, await getText(path2, timeoutMs.list), parseLossless);
      const entries = isObject(answer2) ? Object.values(answer2) : [];
      return {
        size: entries.length,
        prompts: entries.map((entry) => storedPrompt(entry)).filter((prompt) => prompt !== void 0)
      };
    },
    /** Deletes a pending prompt; without effect on any other. */
    deleteFromQueue: /* @__PURE__ */ __name((promptId) => post("/queue", { delete: [promptId] }), "deleteFromQueue"),
    /** Newer versions: deletes a pending or stops a running prompt in one step; without effect on any other. */
    cancelJob: /* @__PURE__ */ __name((promptId) => post(`/api/jobs/${promptId}/cancel`, {}), "cancelJob"),
    /** Stops the prompt if it is the running one; without effect on any other. */
    interrupt: /* @__PURE__ */ __name((promptId) => post("/interrupt", { prompt_id: promptId }), "interrupt"),
    /**
     * A file's answer with its body still to be read. Only `range` and the conditional headers are forwarded.
     * The time limit ends with the headers: a large file may take its time.
     */
    async view(file, init = {}) {
      const query = new URLSearchParams({
        filename: file.filename,
        subfolder: file.subfolder,
        type: file.type
      });
      const limit = new AbortController();
      const timer = setTimeout(
        () => limit.abort(new DOMException("no answer in time", "TimeoutError")),
        timeoutMs.view
      );
      try {
        return await fetch2(`${base}/view?${query}`, {
          method: init.method ?? "GET",
          headers: { ...headers, ...init.headers },
          signal: init.signal ? AbortSignal.any([limit.signal, init.signal]) : limit.signal
        });
      } catch (error2) {
        throw connectionFault(name, error2);
      } finally {
        clearTimeout(timer);
      }
    },
    /** The definition of one node class, undefined if ComfyUI does not have it. */
    async nodeClass(classType) {
      const answer2 = await getJson(`/object_info/${encodeURIComponent(classType)}`);
      const info = isObject(answer2) ? answer2[classType] : void 0;
      return isObject(info) ? info : void 0;
    },
    /** Names of all node classes, read at most once a minute: the answer is large. */
    async nodeClasses() {
      if (now() - classesAt > CLASSES_MS) {
        const answer2 = await getJson("/object_info", timeoutMs.list);
        classes = isObject(answer2) ? Object.keys(answer2) : [];
        classesAt = now();
      }
      return classes;
    },
    /** ComfyUI's version, for health pages. */
    async version() {
      const answer2 = await getJson("/system_stats");
      const system = isObject(answer2) ? answer2["system"] : void 0;
      const version3 = isObject(system) ? system["comfyui_version"] : void 0;
      return typeof version3 === "string" ? version3 : void 0;
    }
  };
}
__name(createComfyClient, "createComfyClient");
function tuples(answer2) {
  const list = /* @__PURE__ */ __name((value) => Array.isArray(value) ? value.filter(Array.isArray) : [], "list");
  return isObject(answer2) ? { running: list(answer2["queue_running"]), pending: list(answer2["queue_pending"]) } : { running: [], pending: [] };
}
__name(tuples, "tuples");
function queueItems({ running, pending }) {
  return inOrder([
    ...running.map((t) => ({ id: String(t[1]), number: Number(t[0]), running: true })),
    ...pending.map((t) => ({ id: String(t[1]), number: Number(t[0]), running: false }))
  ]);
}
__name(queueItems, "queueItems");
function inOrder(entries) {
  const pending = entries.filter((entry) => !entry.running).sort((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1)).map((entry, index) => ({ promptId: entry.id, position: index + 1 }));
  return [
    ...entries.filter((entry) => entry.running).map(({ id }) => ({ promptId: id, position: 0 })),
    ...pending
  ];
}
__name(inOrder, "inOrder");
function fromTuple(tuple) {
  if (!Array.isArray(tuple) || typeof tuple[1] !== "string" || !isObject(tuple[3])) return void 0;
  return { promptId: tuple[1], graphText: JSON.stringify(tuple[2]), extraData: tuple[3] };
}
__name(fromTuple, "fromTuple");
function storedPrompt(entry) {
  const prompt = isObject(entry) ? fromTuple(entry["prompt"]) : void 0;
  const result = readHistoryEntry(entry);
  return prompt && result ? { ...prompt, result } : void 0;
}
__name(storedPrompt, "storedPrompt");
function parse2(name, path2, text3, parser2) {
  try {
    return parsePython(text3, parser2);
  } catch (error2) {
    throw new ComfyError("answered", `${name} sent something that is not JSON.`, { path: path2, cause: error2 });
  }
}
__name(parse2, "parse");
function badAnswer(name, call, status, text3) {
  return new ComfyError("answered", `${name} answered ${status} to ${call}.`, text3.slice(0, 500));
}
__name(badAnswer, "badAnswer");
var NEVER_CONNECTED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|connection refused|dns error|tcp connect error/i;
function connectionFault(name, error2) {
  const words = [];
  for (let e = error2; e instanceof Error; e = e.cause) {
    words.push(e.message, String(e.code ?? ""));
    if (e instanceof AggregateError) for (const inner of e.errors) words.push(String(inner));
  }
  return NEVER_CONNECTED.test(words.join(" ")) ? new ComfyError("not_sent", `${name} cannot be reached.`, error2) : new ComfyError("unknown", `${name} did not answer in time or broke off.`, error2);
}
__name(connectionFault, "connectionFault");

// node_modules/@noble/hashes/_u64.js
var fromNumH = /* @__PURE__ */ __name((n) => n / 2 ** 32 | 0, "fromNumH");
var fromNumL = /* @__PURE__ */ __name((n) => n >>> 0, "fromNumL");
function setU64FromNum(view, byteOffset, n, isLE) {
  const h = fromNumH(n);
  const l = fromNumL(n);
  view.setUint32(byteOffset, isLE ? l : h, isLE);
  view.setUint32(byteOffset + 4, isLE ? h : l, isLE);
}
__name(setU64FromNum, "setU64FromNum");

// node_modules/@noble/hashes/utils.js
function isBytes(a) {
  return a instanceof Uint8Array || ArrayBuffer.isView(a) && a.constructor.name === "Uint8Array" && "BYTES_PER_ELEMENT" in a && a.BYTES_PER_ELEMENT === 1;
}
__name(isBytes, "isBytes");
var atitle = /* @__PURE__ */ __name((title) => title ? `"${title}" ` : "", "atitle");
function anumber(n, title = "") {
  if (typeof n !== "number")
    throw new TypeError(atitle(title) + "expected number, got " + typeof n);
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(atitle(title) + "expected integer >= 0, got " + n);
  return n;
}
__name(anumber, "anumber");
function abytes(value, length, title = "") {
  if (isBytes(value) && (length === void 0 || value.length === length))
    return value;
  if (length !== void 0)
    anumber(length, "length");
  const bytes = isBytes(value);
  const ofLen = length !== void 0 ? ` of length ${length}` : "";
  const got = bytes ? `length=${value.length}` : `type=${typeof value}`;
  const message = atitle(title) + "expected Uint8Array" + ofLen + ", got " + got;
  if (!bytes)
    throw new TypeError(message);
  throw new RangeError(message);
}
__name(abytes, "abytes");
function ahash(h) {
  if (typeof h !== "function" || typeof h.create !== "function")
    throw new TypeError("expected hash wrapped by utils.createHasher");
  anumber(h.outputLen);
  anumber(h.blockLen);
  if (h.outputLen < 1 || h.blockLen < 1)
    throw new Error("hash blockLen / outputLen must be >= 1");
}
__name(ahash, "ahash");
var aobject = /* @__PURE__ */ __name((value, label) => {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new TypeError((label === "object" ? "" : `"${label}" `) + "expected object, got type=" + typeof value);
}, "aobject");
var aopts = /* @__PURE__ */ __name((value, label) => {
  aobject(value, label);
  const proto = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null)
    throw new TypeError(`"${label}" expected plain object`);
  if (Object.hasOwn(value, "__proto__"))
    throw new TypeError(`"${label}.__proto__" is not allowed`);
}, "aopts");
function aexists(instance, checkFinished = true) {
  if (instance.destroyed)
    throw new Error("hash was destroyed");
  if (checkFinished && instance.finished)
    throw new Error("digest() was already called");
}
__name(aexists, "aexists");
function aoutput(out, instance) {
  abytes(out, void 0, "output");
  const min = instance.outputLen;
  if (!(out.length >= min)) {
    throw new RangeError('"output" expected length >= ' + min);
  }
}
__name(aoutput, "aoutput");
function clean(...arrays) {
  for (let i = 0; i < arrays.length; i++) {
    arrays[i].fill(0);
  }
}
__name(clean, "clean");
function createView(arr) {
  return new DataView(arr.buffer, arr.byteOffset, arr.byteLength);
}
__name(createView, "createView");
function rotr(word, shift) {
  return word << 32 - shift | word >>> shift;
}
__name(rotr, "rotr");
var hasHexBuiltin = /* @__PURE__ */ (() => (
  // @ts-ignore
  typeof Uint8Array.from([]).toHex === "function" && typeof Uint8Array.fromHex === "function"
))();
var hexes = /* @__PURE__ */ Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
function bytesToHex(bytes) {
  abytes(bytes);
  if (hasHexBuiltin)
    return bytes.toHex();
  let hex = "";
  for (let i = 0; i < bytes.length; i++) {
    hex += hexes[bytes[i]];
  }
  return hex;
}
__name(bytesToHex, "bytesToHex");
function utf8ToBytes(str) {
  if (typeof str !== "string")
    throw new TypeError("string expected");
  const encoded = new TextEncoder().encode(str);
  try {
    return new Uint8Array(encoded);
  } finally {
    clean(encoded);
  }
}
__name(utf8ToBytes, "utf8ToBytes");
function checkOpts(defaults, opts, title = "opts") {
  aopts(defaults, "defaults");
  if (opts !== void 0)
    aopts(opts, title);
  const merged = Object.assign(/* @__PURE__ */ Object.create(null), defaults, opts);
  return merged;
}
__name(checkOpts, "checkOpts");
function createHasher(hashCons, info = {}) {
  if (typeof hashCons !== "function")
    throw new TypeError('"hashCons" expected function, got type=' + typeof hashCons);
  info = checkOpts({}, info, "info");
  const hashC = /* @__PURE__ */ __name((msg, opts) => hashCons(opts).update(msg).digest(), "hashC");
  const tmp = hashCons(void 0);
  hashC.outputLen = tmp.outputLen;
  hashC.blockLen = tmp.blockLen;
  hashC.canXOF = tmp.canXOF;
  hashC.create = (opts) => hashCons(opts);
  Object.assign(hashC, info);
  return Object.freeze(hashC);
}
__name(createHasher, "createHasher");
var oidNist = /* @__PURE__ */ __name((suffix) => ({
  // Current NIST hashAlgs suffixes used here fit in one DER subidentifier octet.
  // Larger suffix values would need base-128 OID encoding and a different length byte.
  oid: Uint8Array.from([6, 9, 96, 134, 72, 1, 101, 3, 4, 2, suffix])
}), "oidNist");

// node_modules/@noble/hashes/_md.js
function Chi(a, b, c) {
  return a & b ^ ~a & c;
}
__name(Chi, "Chi");
function Maj(a, b, c) {
  return a & b ^ a & c ^ b & c;
}
__name(Maj, "Maj");
var HashMD = class {
  static {
    __name(this, "HashMD");
  }
  blockLen;
  outputLen;
  canXOF = false;
  padOffset;
  isLE;
  // For partial updates less than block size
  buffer;
  view;
  finished = false;
  length = 0;
  pos = 0;
  destroyed = false;
  constructor(blockLen, outputLen, padOffset, isLE) {
    this.blockLen = blockLen;
    this.outputLen = outputLen;
    this.padOffset = padOffset;
    this.isLE = isLE;
    this.buffer = new Uint8Array(blockLen);
    this.view = createView(this.buffer);
  }
  update(data) {
    aexists(this);
    abytes(data);
    const { view, buffer, blockLen } = this;
    const len = data.length;
    let processed = false;
    for (let pos = 0; pos < len; ) {
      const take = Math.min(blockLen - this.pos, len - pos);
      if (take === blockLen) {
        const dataView = createView(data);
        for (; blockLen <= len - pos; pos += blockLen)
          this.process(dataView, pos);
        processed = true;
        continue;
      }
      buffer.set(pos === 0 && take === len ? data : data.subarray(pos, pos + take), this.pos);
      this.pos += take;
      pos += take;
      if (this.pos === blockLen) {
        this.process(view, 0);
        this.pos = 0;
        processed = true;
      }
    }
    this.length += data.length;
    if (processed)
      this.roundClean();
    return this;
  }
  digestInto(out) {
    aexists(this);
    aoutput(out, this);
    this.finished = true;
    const { buffer, view, blockLen, isLE } = this;
    let { pos } = this;
    buffer[pos++] = 128;
    buffer.fill(0, pos);
    if (this.padOffset > blockLen - pos) {
      this.process(view, 0);
      buffer.fill(0);
    }
    setU64FromNum(view, blockLen - 8, this.length * 8, isLE);
    this.process(view, 0);
    this.roundClean();
    const oview = out === buffer ? view : createView(out);
    const len = this.outputLen;
    const outLen = len / 4;
    const state = this.get();
    if (len % 4 || outLen > state.length)
      throw new Error("invalid outputLen");
    for (let i = 0; i < outLen; i++)
      oview.setUint32(4 * i, state[i], isLE);
  }
  digest() {
    const { buffer, outputLen } = this;
    this.digestInto(buffer);
    const res = buffer.slice(0, outputLen);
    this.destroy();
    return res;
  }
  _cloneIntoMeta(to) {
    const { buffer, length, finished, destroyed, pos } = this;
    to.destroyed = destroyed;
    to.finished = finished;
    to.length = length;
    to.pos = pos;
    if (pos)
      to.buffer.set(buffer);
    return to;
  }
  clone() {
    return this._cloneInto();
  }
};
var SHA256_IV = /* @__PURE__ */ Uint32Array.from([
  1779033703,
  3144134277,
  1013904242,
  2773480762,
  1359893119,
  2600822924,
  528734635,
  1541459225
]);

// node_modules/@noble/hashes/sha2.js
var SHA256_K = /* @__PURE__ */ Uint32Array.from([
  1116352408,
  1899447441,
  3049323471,
  3921009573,
  961987163,
  1508970993,
  2453635748,
  2870763221,
  3624381080,
  310598401,
  607225278,
  1426881987,
  1925078388,
  2162078206,
  2614888103,
  3248222580,
  3835390401,
  4022224774,
  264347078,
  604807628,
  770255983,
  1249150122,
  1555081692,
  1996064986,
  2554220882,
  2821834349,
  2952996808,
  3210313671,
  3336571891,
  3584528711,
  113926993,
  338241895,
  666307205,
  773529912,
  1294757372,
  1396182291,
  1695183700,
  1986661051,
  2177026350,
  2456956037,
  2730485921,
  2820302411,
  3259730800,
  3345764771,
  3516065817,
  3600352804,
  4094571909,
  275423344,
  430227734,
  506948616,
  659060556,
  883997877,
  958139571,
  1322822218,
  1537002063,
  1747873779,
  1955562222,
  2024104815,
  2227730452,
  2361852424,
  2428436474,
  2756734187,
  3204031479,
  3329325298
]);
var SHA256_W = /* @__PURE__ */ new Uint32Array(64);
var SHA2_32B = class extends HashMD {
  static {
    __name(this, "SHA2_32B");
  }
  // We cannot use array here since array allows indexing by variable
  // which means optimizer/compiler cannot use registers.
  // Numeric initializers matter: starting the fields as `undefined` changes
  // V8's field representation and makes sha256 3x slower (measured).
  A = 0;
  B = 0;
  C = 0;
  D = 0;
  E = 0;
  F = 0;
  G = 0;
  H = 0;
  constructor(outputLen, IV) {
    super(64, outputLen, 8, false);
    this.A = IV[0] | 0;
    this.B = IV[1] | 0;
    this.C = IV[2] | 0;
    this.D = IV[3] | 0;
    this.E = IV[4] | 0;
    this.F = IV[5] | 0;
    this.G = IV[6] | 0;
    this.H = IV[7] | 0;
  }
  get() {
    const { A, B, C, D, E, F, G, H } = this;
    return [A, B, C, D, E, F, G, H];
  }
  // prettier-ignore
  set(A, B, C, D, E, F, G, H) {
    this.A = A | 0;
    this.B = B | 0;
    this.C = C | 0;
    this.D = D | 0;
    this.E = E | 0;
    this.F = F | 0;
    this.G = G | 0;
    this.H = H | 0;
  }
  _cloneInto(to) {
    (to ||= new this.constructor()).set(...this.get());
    return this._cloneIntoMeta(to);
  }
  process(view, offset) {
    for (let i = 0; i < 16; i++, offset += 4)
      SHA256_W[i] = view.getUint32(offset, false);
    for (let i = 16; i < 64; i++) {
      const W15 = SHA256_W[i - 15];
      const W2 = SHA256_W[i - 2];
      const s0 = rotr(W15, 7) ^ rotr(W15, 18) ^ W15 >>> 3;
      const s1 = rotr(W2, 17) ^ rotr(W2, 19) ^ W2 >>> 10;
      SHA256_W[i] = s1 + SHA256_W[i - 7] + s0 + SHA256_W[i - 16] | 0;
    }
    let { A, B, C, D, E, F, G, H } = this;
    for (let i = 0; i < 64; i++) {
      const sigma1 = rotr(E, 6) ^ rotr(E, 11) ^ rotr(E, 25);
      const T1 = H + sigma1 + Chi(E, F, G) + SHA256_K[i] + SHA256_W[i] | 0;
      const sigma0 = rotr(A, 2) ^ rotr(A, 13) ^ rotr(A, 22);
      const T2 = sigma0 + Maj(A, B, C) | 0;
      H = G;
      G = F;
      F = E;
      E = D + T1 | 0;
      D = C;
      C = B;
      B = A;
      A = T1 + T2 | 0;
    }
    A = A + this.A | 0;
    B = B + this.B | 0;
    C = C + this.C | 0;
    D = D + this.D | 0;
    E = E + this.E | 0;
    F = F + this.F | 0;
    G = G + this.G | 0;
    H = H + this.H | 0;
    this.set(A, B, C, D, E, F, G, H);
  }
  roundClean() {
    clean(SHA256_W);
  }
  destroy() {
    this.destroyed = true;
    this.set(0, 0, 0, 0, 0, 0, 0, 0);
    clean(this.buffer);
  }
};
var _SHA256 = class extends SHA2_32B {
  static {
    __name(this, "_SHA256");
  }
  constructor() {
    super(32, SHA256_IV);
  }
};
var sha256 = /* @__PURE__ */ createHasher(
  () => new _SHA256(),
  /* @__PURE__ */ oidNist(1)
);

// node_modules/hono/dist/http-exception.js
var HTTPException = class extends Error {
  static {
    __name(this, "HTTPException");
  }
  res;
  status;
  /**
  * Creates an instance of `HTTPException`.
  * @param status - HTTP status code for the exception. Defaults to 500.
  * @param options - Additional options for the exception.
  */
  constructor(status = 500, options) {
    super(options?.message, { cause: options?.cause });
    this.res = options?.res;
    this.status = status;
  }
  /**
  * Returns the response object associated with the exception.
  * If a response object is not provided, a new response is created with the error message and status code.
  * @returns The response object.
  */
  getResponse() {
    if (this.res) return new Response(this.res.body, {
      status: this.status,
      headers: this.res.headers
    });
    return new Response(this.message, { status: this.status });
  }
};

// node_modules/hono/dist/request/constants.js
var GET_MATCH_RESULT = /* @__PURE__ */ Symbol();

// node_modules/hono/dist/utils/buffer.js
var bufferToFormData = /* @__PURE__ */ __name((arrayBuffer, contentType) => {
  return new Response(arrayBuffer, { headers: { "Content-Type": contentType.replace(/^[^;]+/, (mediaType) => mediaType.toLowerCase()) } }).formData();
}, "bufferToFormData");

// node_modules/hono/dist/utils/body.js
var MAX_NESTED_OBJECTS = 1e4;
var isRawRequest = /* @__PURE__ */ __name((request) => "headers" in request, "isRawRequest");
var parseBody = /* @__PURE__ */ __name(async (request, options = /* @__PURE__ */ Object.create(null)) => {
  const { all = false, dot = false } = options;
  const mediaType = (isRawRequest(request) ? request.headers : request.raw.headers).get("Content-Type")?.split(";")[0].trim().toLowerCase();
  if (mediaType === "multipart/form-data" || mediaType === "application/x-www-form-urlencoded") return parseFormData(request, {
    all,
    dot
  });
  return {};
}, "parseBody");
async function parseFormData(request, options) {
  if (!isRawRequest(request) && request.bodyCache.formData) return convertFormDataToBodyData(await request.bodyCache.formData, options);
  const headers = isRawRequest(request) ? request.headers : request.raw.headers;
  const arrayBuffer = await request.arrayBuffer();
  const formDataPromise = bufferToFormData(arrayBuffer, headers.get("Content-Type") || "");
  if (!isRawRequest(request)) request.bodyCache.formData = formDataPromise;
  const formData = await formDataPromise;
  if (formData) return convertFormDataToBodyData(formData, options);
  return {};
}
__name(parseFormData, "parseFormData");
function convertFormDataToBodyData(formData, options) {
  const form = /* @__PURE__ */ Object.create(null);
  const nestingState = { count: 0 };
  formData.forEach((value, key) => {
    if (!(options.all || key.endsWith("[]"))) form[key] = value;
    else handleParsingAllValues(form, key, value);
  });
  if (options.dot) Object.entries(form).forEach(([key, value]) => {
    if (key.includes(".")) {
      handleParsingNestedValues(form, key, value, nestingState);
      delete form[key];
    }
  });
  return form;
}
__name(convertFormDataToBodyData, "convertFormDataToBodyData");
var handleParsingAllValues = /* @__PURE__ */ __name((form, key, value) => {
  if (form[key] !== void 0) {
    if (Array.isArray(form[key])) form[key].push(value);
    else form[key] = [form[key], value];
  } else if (!key.endsWith("[]")) form[key] = value;
  else form[key] = [value];
}, "handleParsingAllValues");
var handleParsingNestedValues = /* @__PURE__ */ __name((form, key, value, state) => {
  if (/(?:^|\.)__proto__\./.test(key)) return;
  let nestedForm = form;
  const keys = key.split(".", 34);
  if (keys.length > 33) throwNestingLimitExceeded();
  keys.forEach((key2, index) => {
    if (index === keys.length - 1) nestedForm[key2] = value;
    else {
      if (!nestedForm[key2] || typeof nestedForm[key2] !== "object" || Array.isArray(nestedForm[key2]) || nestedForm[key2] instanceof File) {
        if (state.count++ >= MAX_NESTED_OBJECTS) throwNestingLimitExceeded();
        nestedForm[key2] = /* @__PURE__ */ Object.create(null);
      }
      nestedForm = nestedForm[key2];
    }
  });
}, "handleParsingNestedValues");
var throwNestingLimitExceeded = /* @__PURE__ */ __name(() => {
  throw new Error("Nesting limit exceeded");
}, "throwNestingLimitExceeded");

// node_modules/hono/dist/utils/url.js
var splitPath = /* @__PURE__ */ __name((path2) => {
  const paths2 = path2.split("/");
  if (paths2[0] === "") paths2.shift();
  return paths2;
}, "splitPath");
var splitRoutingPath = /* @__PURE__ */ __name((routePath2) => {
  const { groups, path: path2 } = extractGroupsFromPath(routePath2);
  const paths2 = splitPath(path2);
  return replaceGroupMarks(paths2, groups);
}, "splitRoutingPath");
var extractGroupsFromPath = /* @__PURE__ */ __name((path2) => {
  const groups = [];
  path2 = path2.replace(/\{[^}]+\}/g, (match2, index) => {
    const mark = `@${index}`;
    groups.push([mark, match2]);
    return mark;
  });
  return {
    groups,
    path: path2
  };
}, "extractGroupsFromPath");
var replaceGroupMarks = /* @__PURE__ */ __name((paths2, groups) => {
  for (let i = groups.length - 1; i >= 0; i--) {
    const [mark] = groups[i];
    for (let j = paths2.length - 1; j >= 0; j--) if (paths2[j].includes(mark)) {
      paths2[j] = paths2[j].replace(mark, groups[i][1]);
      break;
    }
  }
  return paths2;
}, "replaceGroupMarks");
var patternCache = {};
var getPattern = /* @__PURE__ */ __name((label, next) => {
  if (label === "*") return "*";
  const match2 = label.match(/^\:([^\{\}]+)(?:\{(.+)\})?$/);
  if (match2) {
    const cacheKey = `${label}#${next}`;
    if (!patternCache[cacheKey]) {
      if (match2[2]) patternCache[cacheKey] = next && next[0] !== ":" && next[0] !== "*" ? [
        cacheKey,
        match2[1],
        new RegExp(`^${match2[2]}(?=/${next})`)
      ] : [
        label,
        match2[1],
        new RegExp(`^${match2[2]}$`)
      ];
      else patternCache[cacheKey] = [
        label,
        match2[1],
        true
      ];
    }
    return patternCache[cacheKey];
  }
  return null;
}, "getPattern");
var tryDecode = /* @__PURE__ */ __name((str, decoder) => {
  try {
    return decoder(str);
  } catch {
    return str.replace(/(?:%[0-9A-Fa-f]{2})+/g, (match2) => {
      try {
        return decoder(match2);
      } catch {
        return match2;
      }
    });
  }
}, "tryDecode");
var decodeURIWithPreservedPercent = /* @__PURE__ */ __name((value) => decodeURI(value.includes("%25") ? value.replace(/%25/g, "%2525") : value), "decodeURIWithPreservedPercent");
var getPath = /* @__PURE__ */ __name((request) => {
  const url2 = request.url;
  const start = url2.indexOf("/", url2.indexOf(":") + 4);
  let i = start;
  for (; i < url2.length; i++) {
    const charCode = url2.charCodeAt(i);
    if (charCode === 37) {
      const queryIndex = url2.indexOf("?", i);
      const hashIndex = url2.indexOf("#", i);
      const end = queryIndex === -1 ? hashIndex === -1 ? void 0 : hashIndex : hashIndex === -1 ? queryIndex : Math.min(queryIndex, hashIndex);
      const path2 = url2.slice(start, end);
      const decoded = tryDecode(path2, decodeURIWithPreservedPercent);
      if (/%(?![0-9A-Fa-f]{2})/.test(path2)) {
        const rewritten = new URL("http://localhost");
        rewritten.pathname = decoded.replace(/[\\\t\n\r]/g, encodeURIComponent);
        if (tryDecode(rewritten.pathname, decodeURIWithPreservedPercent) !== decoded) return tryDecode(path2.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"), decodeURIWithPreservedPercent);
      }
      return decoded;
    } else if (charCode === 63 || charCode === 35) break;
  }
  return url2.slice(start, i);
}, "getPath");
var getPathNoStrict = /* @__PURE__ */ __name((request) => {
  const result = getPath(request);
  return result.length > 1 && result.at(-1) === "/" ? result.slice(0, -1) : result;
}, "getPathNoStrict");
var mergePath = /* @__PURE__ */ __name((base, sub, ...rest) => {
  if (rest.length) sub = mergePath(sub, ...rest);
  return `${base?.[0] === "/" ? "" : "/"}${base}${sub === "/" ? "" : `${base?.at(-1) === "/" ? "" : "/"}${sub?.[0] === "/" ? sub.slice(1) : sub}`}`;
}, "mergePath");
var checkOptionalParameter = /* @__PURE__ */ __name((path2) => {
  if (path2.charCodeAt(path2.length - 1) !== 63 || !path2.includes(":")) return null;
  const segments = path2.split("/");
  const results = [];
  let basePath = "";
  segments.forEach((segment) => {
    if (segment !== "" && !/\:/.test(segment)) basePath += "/" + segment;
    else if (/\:/.test(segment)) {
      if (segment.charCodeAt(segment.length - 1) === 63) {
        if (results.length === 0 && basePath === "") results.push("/");
        else results.push(basePath);
        const optionalSegment = segment.slice(0, -1);
        basePath += "/" + optionalSegment;
        results.push(basePath);
      } else basePath += "/" + segment;
    }
  });
  return results.filter((v, i, a) => a.indexOf(v) === i);
}, "checkOptionalParameter");
var tryDecodeURIComponent = /* @__PURE__ */ __name((str) => str.indexOf("%") !== -1 ? tryDecode(str, decodeURIComponent_) : str, "tryDecodeURIComponent");
var _decodeURI = /* @__PURE__ */ __name((value) => {
  if (value.indexOf("+") !== -1) value = value.replace(/\+/g, " ");
  return tryDecodeURIComponent(value);
}, "_decodeURI");
var _getQueryParam = /* @__PURE__ */ __name((url2, key, multiple) => {
  const hashIndex = url2.indexOf("#", 8);
  if (hashIndex !== -1) url2 = url2.slice(0, hashIndex);
  let encoded;
  if (!multiple && key && !/[%+&=]/.test(key)) {
    const queryIndex = url2.indexOf("?", 8);
    let keyIndex2 = queryIndex;
    if (keyIndex2 === -1) return;
    if (!url2.startsWith(key, keyIndex2 + 1)) keyIndex2 = url2.indexOf(`&${key}`, keyIndex2 + 1);
    while (keyIndex2 !== -1) {
      const trailingKeyCode = url2.charCodeAt(keyIndex2 + key.length + 1);
      if (trailingKeyCode === 61 || trailingKeyCode === 38 || isNaN(trailingKeyCode)) {
        if (keyIndex2 > queryIndex && /(?:^|&)[^=&]*[%+]/.test(url2.slice(queryIndex + 1, keyIndex2))) break;
        if (trailingKeyCode === 61) {
          const valueIndex = keyIndex2 + key.length + 2;
          const endIndex = url2.indexOf("&", valueIndex);
          return _decodeURI(url2.slice(valueIndex, endIndex === -1 ? void 0 : endIndex));
        }
        return "";
      }
      keyIndex2 = url2.indexOf(`&${key}`, keyIndex2 + 1);
    }
    encoded = /[%+]/.test(url2);
    if (!encoded) return;
  }
  const results = /* @__PURE__ */ Object.create(null);
  encoded ??= /[%+]/.test(url2);
  let keyIndex = url2.indexOf("?", 8);
  while (keyIndex !== -1) {
    const nextKeyIndex = url2.indexOf("&", keyIndex + 1);
    let valueIndex = url2.indexOf("=", keyIndex);
    if (valueIndex > nextKeyIndex && nextKeyIndex !== -1) valueIndex = -1;
    let name = url2.slice(keyIndex + 1, valueIndex === -1 ? nextKeyIndex === -1 ? void 0 : nextKeyIndex : valueIndex);
    if (encoded) name = _decodeURI(name);
    keyIndex = nextKeyIndex;
    if (name === "") continue;
    let value;
    if (valueIndex === -1) value = "";
    else {
      value = url2.slice(valueIndex + 1, nextKeyIndex === -1 ? void 0 : nextKeyIndex);
      if (encoded) value = _decodeURI(value);
    }
    if (multiple) {
      if (!(results[name] && Array.isArray(results[name]))) results[name] = [];
      results[name].push(value);
    } else results[name] ??= value;
  }
  return key ? results[key] : results;
}, "_getQueryParam");
var getQueryParam = _getQueryParam;
var getQueryParams = /* @__PURE__ */ __name((url2, key) => {
  return _getQueryParam(url2, key, true);
}, "getQueryParams");
var decodeURIComponent_ = decodeURIComponent;

// node_modules/hono/dist/request.js
var HonoRequest = class {
  static {
    __name(this, "HonoRequest");
  }
  /**
  * `.raw` can get the raw Request object.
  *
  * @see {@link https://hono.dev/docs/api/request#raw}
  *
  * @example
  * ```ts
  * // For Cloudflare Workers
  * app.post('/', async (c) => {
  *   const metadata = c.req.raw.cf?.hostMetadata?
  *   ...
  * })
  * ```
  */
  raw;
  #validatedData;
  #matchResult;
  routeIndex = 0;
  /**
  * `.path` can get the pathname of the request.
  *
  * @see {@link https://hono.dev/docs/api/request#path}
  *
  * @example
  * ```ts
  * app.get('/about/me', (c) => {
  *   const pathname = c.req.path // `/about/me`
  * })
  * ```
  */
  path;
  bodyCache = {};
  constructor(request, path2 = "/", matchResult = [[]]) {
    this.raw = request;
    this.path = path2;
    this.#matchResult = matchResult;
  }
  param(key) {
    return key ? this.#getDecodedParam(key) : this.#getAllDecodedParams();
  }
  #getDecodedParam(key) {
    const paramKey = this.#matchResult[0][this.routeIndex]?.[1][key];
    const param = this.#getParamValue(paramKey);
    return param && tryDecodeURIComponent(param);
  }
  #getAllDecodedParams() {
    const decoded = {};
    const keys = Object.keys(this.#matchResult[0][this.routeIndex]?.[1] ?? {});
    for (const key of keys) {
      const value = this.#getParamValue(this.#matchResult[0][this.routeIndex][1][key]);
      if (value !== void 0) decoded[key] = tryDecodeURIComponent(value);
    }
    return decoded;
  }
  #getParamValue(paramKey) {
    return this.#matchResult[1] ? this.#matchResult[1][paramKey] : paramKey;
  }
  query(key) {
    return getQueryParam(this.url, key);
  }
  queries(key) {
    return getQueryParams(this.url, key);
  }
  header(name) {
    if (name) return this.raw.headers.get(name) ?? void 0;
    const headerData = /* @__PURE__ */ Object.create(null);
    this.raw.headers.forEach((value, key) => {
      headerData[key] = value;
    });
    return headerData;
  }
  async parseBody(options) {
    return parseBody(this, options);
  }
  #cachedBody = /* @__PURE__ */ __name((key) => {
    const { bodyCache, raw: raw2 } = this;
    const cachedBody = bodyCache[key];
    if (cachedBody) return cachedBody;
    for (const anyCachedKey in bodyCache) return bodyCache[anyCachedKey].then((body) => {
      if (anyCachedKey === "json") body = JSON.stringify(body);
      const contentType = anyCachedKey === "formData" ? void 0 : raw2.headers.get("content-type");
      return new Response(body, { headers: contentType ? { "Content-Type": contentType } : void 0 })[key]();
    });
    return bodyCache[key] = raw2[key]();
  }, "#cachedBody");
  /**
  * `.json()` can parse Request body of type `application/json`
  *
  * @see {@link https://hono.dev/docs/api/request#json}
  *
  * @example
  * ```ts
  * app.post('/entry', async (c) => {
  *   const body = await c.req.json()
  * })
  * ```
  */
  json() {
    return this.#cachedBody("text").then((text3) => JSON.parse(text3));
  }
  /**
  * `.text()` can parse Request body of type `text/plain`
  *
  * @see {@link https://hono.dev/docs/api/request#text}
  *
  * @example
  * ```ts
  * app.post('/entry', async (c) => {
  *   const body = await c.req.text()
  * })
  * ```
  */
  text() {
    return this.#cachedBody("text");
  }
  /**
  * `.arrayBuffer()` parse Request body as an `ArrayBuffer`
  *
  * @see {@link https://hono.dev/docs/api/request#arraybuffer}
  *
  * @example
  * ```ts
  * app.post('/entry', async (c) => {
  *   const body = await c.req.arrayBuffer()
  * })
  * ```
  */
  arrayBuffer() {
    return this.#cachedBody("arrayBuffer");
  }
  /**
  * `.bytes()` parses the request body as a `Uint8Array`.
  *
  * @see {@link https://hono.dev/docs/api/request#bytes}
  *
  * @example
  * ```ts
  * app.post('/entry', async (c) => {
  *   const body = await c.req.bytes()
  * })
  * ```
  */
  bytes() {
    return this.#cachedBody("arrayBuffer").then((buffer) => new Uint8Array(buffer));
  }
  /**
  * Parses the request body as a `Blob`.
  * @example
  * ```ts
  * app.post('/entry', async (c) => {
  *   const body = await c.req.blob();
  * });
  * ```
  * @see https://hono.dev/docs/api/request#blob
  */
  blob() {
    return this.#cachedBody("blob");
  }
  /**
  * Parses the request body as `FormData`.
  * @example
  * ```ts
  * app.post('/entry', async (c) => {
  *   const body = await c.req.formData();
  * });
  * ```
  * @see https://hono.dev/docs/api/request#formdata
  */
  formData() {
    return this.#cachedBody("formData");
  }
  /**
  * Adds validated data to the request.
  *
  * @param target - The target of the validation.
  * @param data - The validated data to add.
  */
  addValidatedData(target, data) {
    (this.#validatedData ??= {})[target] = data;
  }
  valid(target) {
    return this.#validatedData?.[target];
  }
  /**
  * `.url` can get the request url strings.
  *
  * @see {@link https://hono.dev/docs/api/request#url}
  *
  * @example
  * ```ts
  * app.get('/about/me', (c) => {
  *   const url = c.req.url // `http://localhost:8787/about/me`
  *   ...
  * })
  * ```
  */
  get url() {
    return this.raw.url;
  }
  /**
  * `.method` can get the method name of the request.
  *
  * @see {@link https://hono.dev/docs/api/request#method}
  *
  * @example
  * ```ts
  * app.get('/about/me', (c) => {
  *   const method = c.req.method // `GET`
  * })
  * ```
  */
  get method() {
    return this.raw.method;
  }
  get [GET_MATCH_RESULT]() {
    return this.#matchResult;
  }
  /**
  * `.matchedRoutes` can return a matched route in the handler
  *
  * @deprecated
  *
  * Use matchedRoutes helper defined in "hono/route" instead.
  *
  * @see {@link https://hono.dev/docs/api/request#matchedroutes}
  *
  * @example
  * ```ts
  * app.use('*', async function logger(c, next) {
  *   await next()
  *   c.req.matchedRoutes.forEach(({ handler, method, path }, i) => {
  *     const name = handler.name || (handler.length < 2 ? '[handler]' : '[middleware]')
  *     console.log(
  *       method,
  *       ' ',
  *       path,
  *       ' '.repeat(Math.max(10 - path.length, 0)),
  *       name,
  *       i === c.req.routeIndex ? '<- respond from here' : ''
  *     )
  *   })
  * })
  * ```
  */
  get matchedRoutes() {
    return this.#matchResult[0].map(([[, route]]) => route);
  }
  /**
  * `.routePath` can retrieve the path registered within the handler
  *
  * @deprecated
  *
  * Use routePath helper defined in "hono/route" instead.
  *
  * @see {@link https://hono.dev/docs/api/request#routepath}
  *
  * @example
  * ```ts
  * app.get('/posts/:id', (c) => {
  *   return c.json({ path: c.req.routePath })
  * })
  * ```
  */
  get routePath() {
    return this.#matchResult[0].map(([[, route]]) => route)[this.routeIndex].path;
  }
};

// node_modules/hono/dist/utils/html.js
var HtmlEscapedCallbackPhase = {
  Stringify: 1,
  BeforeStream: 2,
  Stream: 3
};
var raw = /* @__PURE__ */ __name((value, callbacks) => {
  const escapedString = new String(value);
  escapedString.isEscaped = true;
  escapedString.callbacks = callbacks;
  return escapedString;
}, "raw");
var resolveCallback = /* @__PURE__ */ __name(async (str, phase, preserveCallbacks, context, buffer) => {
  if (typeof str === "object" && !(str instanceof String)) {
    if (!(str instanceof Promise)) str = str.toString();
    if (str instanceof Promise) str = await str;
  }
  const callbacks = str.callbacks;
  if (!callbacks?.length) return Promise.resolve(str);
  if (buffer) buffer[0] += str;
  else buffer = [str];
  const resStr = Promise.all(callbacks.map((c) => c({
    phase,
    buffer,
    context
  }))).then((res) => Promise.all(res.filter(Boolean).map((str2) => resolveCallback(str2, phase, false, context, buffer))).then(() => buffer[0]));
  if (preserveCallbacks) return raw(await resStr, callbacks);
  else return resStr;
}, "resolveCallback");

// node_modules/hono/dist/context.js
var TEXT_PLAIN = "text/plain; charset=UTF-8";
var setDefaultContentType = /* @__PURE__ */ __name((contentType, headers) => {
  return {
    "Content-Type": contentType,
    ...headers
  };
}, "setDefaultContentType");
var createResponseInstance = /* @__PURE__ */ __name((body, init) => new Response(body, init), "createResponseInstance");
var Context = class {
  static {
    __name(this, "Context");
  }
  #rawRequest;
  #req;
  /**
  * `.env` can get bindings (environment variables, secrets, KV namespaces, D1 database, R2 bucket etc.) in Cloudflare Workers.
  *
  * @see {@link https://hono.dev/docs/api/context#env}
  *
  * @example
  * ```ts
  * // Environment object for Cloudflare Workers
  * app.get('*', async c => {
  *   const counter = c.env.COUNTER
  * })
  * ```
  */
  env = {};
  #var;
  finalized = false;
  /**
  * `.error` can get the error object from the middleware if the Handler throws an error.
  *
  * @see {@link https://hono.dev/docs/api/context#error}
  *
  * @example
  * ```ts
  * app.use('*', async (c, next) => {
  *   await next()
  *   if (c.error) {
  *     // do something...
  *   }
  * })
  * ```
  */
  error;
  #status;
  #executionCtx;
  #res;
  #layout;
  #renderer;
  #notFoundHandler;
  #preparedHeaders;
  #matchResult;
  #path;
  /**
  * Creates an instance of the Context class.
  *
  * @param req - The Request object.
  * @param options - Optional configuration options for the context.
  */
  constructor(req, options) {
    this.#rawRequest = req;
    if (options) {
      this.#executionCtx = options.executionCtx;
      this.env = options.env;
      this.#notFoundHandler = options.notFoundHandler;
      this.#path = options.path;
      this.#matchResult = options.matchResult;
    }
  }
  /**
  * `.req` is the instance of {@link HonoRequest}.
  */
  get req() {
    this.#req ??= new HonoRequest(this.#rawRequest, this.#path, this.#matchResult);
    return this.#req;
  }
  /**
  * @see {@link https://hono.dev/docs/api/context#event}
  * The FetchEvent associated with the current request.
  *
  * @throws Will throw an error if the context does not have a FetchEvent.
  */
  get event() {
    if (this.#executionCtx && "respondWith" in this.#executionCtx) return this.#executionCtx;
    else throw Error("This context has no FetchEvent");
  }
  /**
  * @see {@link https://hono.dev/docs/api/context#executionctx}
  * The ExecutionContext associated with the current request.
  *
  * @throws Will throw an error if the context does not have an ExecutionContext.
  */
  get executionCtx() {
    if (this.#executionCtx) return this.#executionCtx;
    else throw Error("This context has no ExecutionContext");
  }
  /**
  * @see {@link https://hono.dev/docs/api/context#res}
  * The Response object for the current request.
  */
  get res() {
    return this.#res ||= createResponseInstance(null, { headers: this.#preparedHeaders ??= new Headers() });
  }
  /**
  * Sets the Response object for the current request.
  *
  * @param _res - The Response object to set.
  */
  set res(_res) {
    if (this.#res && _res) {
      _res = createResponseInstance(_res.body, _res);
      for (const [k, v] of this.#res.headers.entries()) {
        if (k === "content-type") continue;
        if (k === "set-cookie") {
          const cookies = this.#res.headers.getSetCookie();
          _res.headers.delete("set-cookie");
          for (const cookie of cookies) _res.headers.append("set-cookie", cookie);
        } else _res.headers.set(k, v);
      }
    }
    this.#res = _res;
    this.finalized = true;
  }
  /**
  * `.render()` can create a response within a layout.
  *
  * @see {@link https://hono.dev/docs/api/context#render-setrenderer}
  *
  * @example
  * ```ts
  * app.get('/', (c) => {
  *   return c.render('Hello!')
  * })
  * ```
  */
  render = /* @__PURE__ */ __name((...args) => {
    this.#renderer ??= (content2) => this.html(content2);
    return this.#renderer(...args);
  }, "render");
  /**
  * Sets the layout for the response.
  *
  * @param layout - The layout to set.
  * @returns The layout function.
  */
  setLayout = /* @__PURE__ */ __name((layout) => this.#layout = layout, "setLayout");
  /**
  * Gets the current layout for the response.
  *
  * @returns The current layout function.
  */
  getLayout = /* @__PURE__ */ __name(() => this.#layout, "getLayout");
  /**
  * `.setRenderer()` can set the layout in the custom middleware.
  *
  * @see {@link https://hono.dev/docs/api/context#render-setrenderer}
  *
  * @example
  * ```tsx
  * app.use('*', async (c, next) => {
  *   c.setRenderer((content) => {
  *     return c.html(
  *       <html>
  *         <body>
  *           <p>{content}</p>
  *         </body>
  *       </html>
  *     )
  *   })
  *   await next()
  * })
  * ```
  */
  setRenderer = /* @__PURE__ */ __name((renderer) => {
    this.#renderer = renderer;
  }, "setRenderer");
  /**
  * `.header()` can set headers.
  *
  * @see {@link https://hono.dev/docs/api/context#header}
  *
  * @example
  * ```ts
  * app.get('/welcome', (c) => {
  *   // Set headers
  *   c.header('X-Message', 'Hello!')
  *   c.header('Content-Type', 'text/plain')
  *
  *   // Append multiple headers using the append option (e.g. Vary)
  *   c.header('Vary', 'Accept-Encoding', { append: true })
  *   c.header('Vary', 'User-Agent', { append: true })
  *
  *   return c.body('Thank you for coming')
  * })
  * ```
  */
  header = /* @__PURE__ */ __name((name, value, options) => {
    if (this.finalized && !this.#res.bodyUsed) this.#res = createResponseInstance(this.#res.body, this.#res);
    const headers = this.#res ? this.#res.headers : this.#preparedHeaders ??= new Headers();
    if (value === void 0) headers.delete(name);
    else if (options?.append) headers.append(name, value);
    else headers.set(name, value);
  }, "header");
  status = /* @__PURE__ */ __name((status) => {
    this.#status = status;
  }, "status");
  /**
  * `.set()` can set the value specified by the key.
  *
  * @see {@link https://hono.dev/docs/api/context#set-get}
  *
  * @example
  * ```ts
  * app.use('*', async (c, next) => {
  *   c.set('message', 'Hono is hot!!')
  *   await next()
  * })
  * ```
  */
  set = /* @__PURE__ */ __name((key, value) => {
    this.#var ??= /* @__PURE__ */ new Map();
    this.#var.set(key, value);
  }, "set");
  /**
  * `.get()` can use the value specified by the key.
  *
  * @see {@link https://hono.dev/docs/api/context#set-get}
  *
  * @example
  * ```ts
  * app.get('/', (c) => {
  *   const message = c.get('message')
  *   return c.text(`The message is "${message}"`)
  * })
  * ```
  */
  get = /* @__PURE__ */ __name((key) => {
    return this.#var ? this.#var.get(key) : void 0;
  }, "get");
  /**
  * `.var` can access the value of a variable.
  *
  * @see {@link https://hono.dev/docs/api/context#var}
  *
  * @example
  * ```ts
  * const result = c.var.client.oneMethod()
  * ```
  */
  get var() {
    if (!this.#var) return {};
    return Object.fromEntries(this.#var);
  }
  #newResponse(data, arg, headers) {
    let responseHeaders = this.#res ? new Headers(this.#res.headers) : this.#preparedHeaders;
    if (typeof arg === "object" && arg.headers) {
      responseHeaders ??= new Headers();
      for (const [key, value] of new Headers(arg.headers)) if (key === "set-cookie") responseHeaders.append(key, value);
      else responseHeaders.set(key, value);
    }
    if (headers) {
      if (!responseHeaders) {
        let count = 0;
        for (const k in headers) if (++count > 1 || typeof headers[k] !== "string") {
          responseHeaders = new Headers();
          break;
        }
      }
      if (responseHeaders) for (const k in headers) {
        const v = headers[k];
        if (typeof v === "string") responseHeaders.set(k, v);
        else {
          responseHeaders.delete(k);
          for (const v2 of v) responseHeaders.append(k, v2);
        }
      }
    }
    const status = typeof arg === "number" ? arg : arg?.status ?? this.#status;
    return createResponseInstance(data, {
      status,
      headers: responseHeaders ?? headers
    });
  }
  newResponse = /* @__PURE__ */ __name((...args) => this.#newResponse(...args), "newResponse");
  /**
  * `.body()` can return the HTTP response.
  * You can set headers with `.header()` and set HTTP status code with `.status`.
  * This can also be set in `.text()`, `.json()` and so on.
  *
  * @see {@link https://hono.dev/docs/api/context#body}
  *
  * @example
  * ```ts
  * app.get('/welcome', (c) => {
  *   // Set headers
  *   c.header('X-Message', 'Hello!')
  *   c.header('Content-Type', 'text/plain')
  *   // Set HTTP status code
  *   c.status(201)
  *
  *   // Return the response body
  *   return c.body('Thank you for coming')
  * })
  * ```
  */
  body = /* @__PURE__ */ __name((data, arg, headers) => this.#newResponse(data, arg, headers), "body");
  /**
  * `.text()` can render text as `Content-Type:text/plain`.
  *
  * @see {@link https://hono.dev/docs/api/context#text}
  *
  * @example
  * ```ts
  * app.get('/say', (c) => {
  *   return c.text('Hello!')
  * })
  * ```
  */
  text = /* @__PURE__ */ __name((text3, arg, headers) => {
    return !this.#preparedHeaders && !this.#status && !arg && !headers && !this.finalized ? new Response(text3) : this.#newResponse(text3, arg, setDefaultContentType(TEXT_PLAIN, headers));
  }, "text");
  /**
  * `.json()` can render JSON as `Content-Type:application/json`.
  *
  * @see {@link https://hono.dev/docs/api/context#json}
  *
  * @example
  * ```ts
  * app.get('/api', (c) => {
  *   return c.json({ message: 'Hello!' })
  * })
  * ```
  */
  json = /* @__PURE__ */ __name((object3, arg, headers) => {
    return this.#newResponse(JSON.stringify(object3), arg, setDefaultContentType("application/json", headers));
  }, "json");
  html = /* @__PURE__ */ __name((html, arg, headers) => {
    const res = /* @__PURE__ */ __name((html2) => this.#newResponse(html2, arg, setDefaultContentType("text/html; charset=UTF-8", headers)), "res");
    return typeof html === "object" ? resolveCallback(html, HtmlEscapedCallbackPhase.Stringify, false, {}).then(res) : res(html);
  }, "html");
  /**
  * `.redirect()` can Redirect, default status code is 302.
  *
  * @see {@link https://hono.dev/docs/api/context#redirect}
  *
  * @example
  * ```ts
  * app.get('/redirect', (c) => {
  *   return c.redirect('/')
  * })
  * app.get('/redirect-permanently', (c) => {
  *   return c.redirect('/', 301)
  * })
  * ```
  */
  redirect = /* @__PURE__ */ __name((location, status) => {
    const locationString = String(location);
    this.header("Location", !/[^\x00-\xFF]/.test(locationString) ? locationString : encodeURI(locationString));
    return this.newResponse(null, status ?? 302);
  }, "redirect");
  /**
  * `.notFound()` can return the Not Found Response.
  *
  * @see {@link https://hono.dev/docs/api/context#notfound}
  *
  * @example
  * ```ts
  * app.get('/notfound', (c) => {
  *   return c.notFound()
  * })
  * ```
  */
  notFound = /* @__PURE__ */ __name(() => {
    this.#notFoundHandler ??= () => createResponseInstance();
    return this.#notFoundHandler(this);
  }, "notFound");
};

// node_modules/hono/dist/compose.js
var compose = /* @__PURE__ */ __name((middleware, onError, onNotFound) => {
  return (context, next) => {
    let index = -1;
    return dispatch(0);
    async function dispatch(i) {
      if (i <= index) throw new Error("next() called multiple times");
      index = i;
      let res;
      let isError = false;
      let handler;
      if (middleware[i]) {
        handler = middleware[i][0][0];
        context.req.routeIndex = i;
      } else handler = i === middleware.length && next || void 0;
      if (handler) try {
        res = await handler(context, () => dispatch(i + 1));
      } catch (err) {
        if (err instanceof Error && onError) {
          context.error = err;
          res = await onError(err, context);
          isError = true;
        } else throw err;
      }
      else if (context.finalized === false && onNotFound) res = await onNotFound(context);
      if (res && (context.finalized === false || isError)) context.res = res;
      return context;
    }
    __name(dispatch, "dispatch");
  };
}, "compose");

// node_modules/hono/dist/helper/route/index.js
var matchedRoutes = /* @__PURE__ */ __name((c) => c.req[GET_MATCH_RESULT][0].map(([[, route]]) => route), "matchedRoutes");
var routePath = /* @__PURE__ */ __name((c, index) => matchedRoutes(c).at(index ?? c.req.routeIndex)?.path ?? "", "routePath");

// node_modules/hono/dist/router.js
var METHODS = [
  "get",
  "post",
  "put",
  "delete",
  "options",
  "patch",
  "query"
];
var MESSAGE_MATCHER_IS_ALREADY_BUILT = "Can not add a route since the matcher is already built.";
var UnsupportedPathError = class extends Error {
  static {
    __name(this, "UnsupportedPathError");
  }
};

// node_modules/hono/dist/utils/constants.js
var COMPOSED_HANDLER = "__COMPOSED_HANDLER";

// node_modules/hono/dist/utils/mount.js
var countTrailingSlashes = /* @__PURE__ */ __name((path2) => {
  let index = path2.length;
  while (index > 0 && path2.charCodeAt(index - 1) === 47) index--;
  return path2.length - index;
}, "countTrailingSlashes");
var getPathPrefixLength = /* @__PURE__ */ __name((c, pathPrefix, routePath2) => {
  if (!/[:*]/.test(pathPrefix)) return pathPrefix.length;
  const path2 = c.req.path;
  const matchResult = c.req[GET_MATCH_RESULT];
  const paramNames = /* @__PURE__ */ new Set();
  let length = 0;
  for (const part of splitRoutingPath(pathPrefix)) {
    if (part[0] === ":" && part.endsWith("}?")) throw new Error(`mount(): Optional regular expression parameters are not supported in "${routePath2}".`);
    const pattern = getPattern(part);
    if (pattern && pattern !== "*") {
      const name = pattern[1];
      if (paramNames.has(name)) throw new Error(`mount(): Duplicate path parameter "${name}" in "${routePath2}".`);
      paramNames.add(name);
    }
    if (pattern && pattern !== "*" && pattern[2] !== true) {
      const value = matchResult.length === 2 ? matchResult[1][matchResult[0][c.req.routeIndex][1][pattern[1]]] : matchResult[0][c.req.routeIndex][1][pattern[1]];
      length += value.length + 1;
    } else if (pattern || part.endsWith("*")) {
      const end = path2.indexOf("/", length + 1);
      length = end === -1 ? path2.length : end;
    } else length += part.length + 1;
  }
  return length;
}, "getPathPrefixLength");
var createMountedRequest = /* @__PURE__ */ __name((c, pathPrefix, routePath2) => {
  if (/[^/]\*$/.test(routePath2)) throw new Error(`mount(): Wildcard must follow "/" in "${routePath2}".`);
  const prefixLength = getPathPrefixLength(c, pathPrefix, routePath2);
  const path2 = c.req.path.slice(prefixLength) || "/";
  if (prefixLength > c.req.path.length || path2[0] !== "/" || /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path2)) throw new HTTPException(400, { message: "Invalid mounted path" });
  const rawUrl = c.req.raw.url;
  if (/^[^/?#]*\/\/[^/?#\\]*[?#\\]/.test(rawUrl)) throw new HTTPException(400, { message: "Invalid mounted path" });
  const rawPathEnd = rawUrl.search(/[?#]/);
  const rawTrailingSlashes = countTrailingSlashes(rawPathEnd === -1 ? rawUrl : rawUrl.slice(0, rawPathEnd));
  if (rawTrailingSlashes > 1 && countTrailingSlashes(c.req.path) === rawTrailingSlashes - 1) throw new HTTPException(400, { message: "Invalid mounted path" });
  const url2 = new URL(rawUrl);
  url2.pathname = path2.replace(/[\\\t\n\r]/g, encodeURIComponent);
  if (path2.includes("%")) {
  }
  return new Request(url2, c.req.raw);
}, "createMountedRequest");

// node_modules/hono/dist/hono-base.js
var notFoundHandler = /* @__PURE__ */ __name((c) => {
  return c.text("404 Not Found", 404);
}, "notFoundHandler");
var errorHandler = /* @__PURE__ */ __name((err, c) => {
  if ("getResponse" in err) {
    const res = err.getResponse();
    return c.newResponse(res.body, res);
  }
  console.error(err);
  return c.text("Internal Server Error", 500);
}, "errorHandler");
var Hono = class Hono2 {
  static {
    __name(this, "Hono");
  }
  get;
  post;
  put;
  delete;
  options;
  patch;
  query;
  all;
  on;
  use;
  router;
  getPath;
  _basePath = "/";
  #path = "/";
  routes = [];
  constructor(options = {}) {
    [...METHODS, "all"].forEach((method) => {
      this[method] = (args1, ...args) => {
        const methodName = method.toUpperCase();
        if (typeof args1 === "string") this.#path = args1;
        else this.#addRoute(methodName, this.#path, args1);
        args.forEach((handler) => {
          this.#addRoute(methodName, this.#path, handler);
        });
        return this;
      };
    });
    this.on = (method, path2, ...handlers) => {
      for (const p of [path2].flat()) {
        this.#path = p;
        for (const m of [method].flat()) {
          const methodName = m.toUpperCase();
          for (const handler of handlers) this.#addRoute(methodName, this.#path, handler);
        }
      }
      return this;
    };
    this.use = (arg1, ...handlers) => {
      if (typeof arg1 === "string") this.#path = arg1;
      else {
        this.#path = "*";
        handlers.unshift(arg1);
      }
      handlers.forEach((handler) => {
        this.#addRoute("ALL", this.#path, handler);
      });
      return this;
    };
    const { strict, ...optionsWithoutStrict } = options;
    Object.assign(this, optionsWithoutStrict);
    this.getPath = strict ?? true ? options.getPath ?? getPath : getPathNoStrict;
  }
  #clone() {
    const clone2 = new Hono2({
      router: this.router,
      getPath: this.getPath
    });
    clone2.errorHandler = this.errorHandler;
    clone2.#notFoundHandler = this.#notFoundHandler;
    clone2.routes = this.routes;
    return clone2;
  }
  #notFoundHandler = notFoundHandler;
  errorHandler = errorHandler;
  /**
  * `.route()` allows grouping other Hono instance in routes.
  *
  * @see {@link https://hono.dev/docs/api/routing#grouping}
  *
  * @param {string} path - base Path
  * @param {Hono} app - other Hono instance
  * @returns {Hono} routed Hono instance
  *
  * @example
  * ```ts
  * const app = new Hono()
  * const app2 = new Hono()
  *
  * app2.get("/user", (c) => c.text("user"))
  * app.route("/api", app2) // GET /api/user
  * ```
  */
  route(path2, app) {
    const subApp = this.basePath(path2);
    app.routes.map((r) => {
      let handler;
      if (app.errorHandler === errorHandler) handler = r.handler;
      else {
        handler = /* @__PURE__ */ __name(async (c, next) => (await compose([], app.errorHandler)(c, () => r.handler(c, next))).res, "handler");
        handler[COMPOSED_HANDLER] = r.handler;
      }
      subApp.#addRoute(r.method, r.path, handler, r.basePath);
    });
    return this;
  }
  /**
  * `.basePath()` allows base paths to be specified.
  *
  * @see {@link https://hono.dev/docs/api/routing#base-path}
  *
  * @param {string} path - base Path
  * @returns {Hono} changed Hono instance
  *
  * @example
  * ```ts
  * const api = new Hono().basePath('/api')
  * ```
  */
  basePath(path2) {
    const subApp = this.#clone();
    subApp._basePath = mergePath(this._basePath, path2);
    return subApp;
  }
  /**
  * `.onError()` handles an error and returns a customized Response.
  *
  * @see {@link https://hono.dev/docs/api/hono#error-handling}
  *
  * @param {ErrorHandler} handler - request Handler for error
  * @returns {Hono} changed Hono instance
  *
  * @example
  * ```ts
  * app.onError((err, c) => {
  *   console.error(`${err}`)
  *   return c.text('Custom Error Message', 500)
  * })
  * ```
  */
  onError = /* @__PURE__ */ __name((handler) => {
    this.errorHandler = handler;
    return this;
  }, "onError");
  /**
  * `.notFound()` allows you to customize a Not Found Response.
  *
  * @see {@link https://hono.dev/docs/api/hono#not-found}
  *
  * @param {NotFoundHandler} handler - request handler for not-found
  * @returns {Hono} changed Hono instance
  *
  * @example
  * ```ts
  * app.notFound((c) => {
  *   return c.text('Custom 404 Message', 404)
  * })
  * ```
  */
  notFound = /* @__PURE__ */ __name((handler) => {
    this.#notFoundHandler = handler;
    return this;
  }, "notFound");
  /**
  * `.mount()` allows you to mount applications built with other frameworks into your Hono application.
  *
  * @deprecated Use `mount()` from `hono/mount` instead. `.mount()` will be removed in v5.
  *
  * @see {@link https://hono.dev/docs/api/hono#mount}
  *
  * @param {string} path - base Path
  * @param {Function} applicationHandler - other Request Handler
  * @param {MountOptions} [options] - options of `.mount()`
  * @returns {Hono} mounted Hono instance
  * @throws {Error} If automatic request rewriting encounters duplicate path parameter names or an optional regular expression parameter.
  * @throws {HTTPException} With status 400 if automatic request rewriting cannot safely preserve the routed path.
  *
  * @example
  * ```ts
  * import { Router as IttyRouter } from 'itty-router'
  * import { Hono } from 'hono'
  * // Create itty-router application
  * const ittyRouter = IttyRouter()
  * // GET /itty-router/hello
  * ittyRouter.get('/hello', () => new Response('Hello from itty-router'))
  *
  * const app = new Hono()
  * app.mount('/itty-router', ittyRouter.handle)
  * ```
  *
  * @example
  * ```ts
  * const app = new Hono()
  * // Send the request to another application without modification.
  * app.mount('/app', anotherApp, {
  *   replaceRequest: (req) => req,
  * })
  * ```
  */
  mount(path2, applicationHandler, options) {
    let replaceRequest;
    let optionHandler;
    if (options) {
      if (typeof options === "function") optionHandler = options;
      else {
        optionHandler = options.optionHandler;
        if (options.replaceRequest === false) replaceRequest = /* @__PURE__ */ __name((request) => request, "replaceRequest");
        else replaceRequest = options.replaceRequest;
      }
    }
    const getOptions = optionHandler ? (c) => {
      const options2 = optionHandler(c);
      return Array.isArray(options2) ? options2 : [options2];
    } : (c) => {
      let executionContext = void 0;
      try {
        executionContext = c.executionCtx;
      } catch {
      }
      return [c.env, executionContext];
    };
    const defaultReplaceRequest = /* @__PURE__ */ __name((c) => {
      const mountedRoutePath = routePath(c);
      return createMountedRequest(c, mountedRoutePath.replace(/\/?\*$/, ""), mountedRoutePath);
    }, "defaultReplaceRequest");
    const handler = /* @__PURE__ */ __name(async (c, next) => {
      const res = await applicationHandler(replaceRequest ? replaceRequest(c.req.raw) : defaultReplaceRequest(c), ...getOptions(c));
      if (res) return res;
      await next();
    }, "handler");
    this.#addRoute("ALL", mergePath(path2, "*"), handler);
    return this;
  }
  #addRoute(method, path2, handler, baseRoutePath) {
    path2 = mergePath(this._basePath, path2);
    const r = {
      basePath: baseRoutePath !== void 0 ? mergePath(this._basePath, baseRoutePath) : this._basePath,
      path: path2,
      method,
      handler
    };
    this.router.add(method, path2, [handler, r]);
    this.routes.push(r);
  }
  #handleError(err, c) {
    if (err instanceof Error) return this.errorHandler(err, c);
    throw err;
  }
  #dispatch(request, executionCtx, env, method) {
    if (method === "HEAD") return (async () => new Response(null, await this.#dispatch(request, executionCtx, env, "GET")))();
    const path2 = this.getPath(request, { env });
    const matchResult = this.router.match(method, path2);
    const c = new Context(request, {
      path: path2,
      matchResult,
      env,
      executionCtx,
      notFoundHandler: this.#notFoundHandler
    });
    if (matchResult[0].length === 1) {
      let res;
      try {
        res = matchResult[0][0][0][0](c, async () => {
          c.res = await this.#notFoundHandler(c);
        });
      } catch (err) {
        return this.#handleError(err, c);
      }
      return res instanceof Promise ? res.then((resolved) => resolved || (c.finalized ? c.res : this.#notFoundHandler(c))).catch((err) => this.#handleError(err, c)) : res ?? this.#notFoundHandler(c);
    }
    const composed = compose(matchResult[0], this.errorHandler, this.#notFoundHandler);
    return (async () => {
      try {
        const context = await composed(c);
        if (!context.finalized) throw new Error("Context is not finalized. Did you forget to return a Response object or `await next()`?");
        return context.res;
      } catch (err) {
        return this.#handleError(err, c);
      }
    })();
  }
  /**
  * `.fetch()` will be entry point of your app.
  *
  * @see {@link https://hono.dev/docs/api/hono#fetch}
  *
  * @param {Request} request - request Object of request
  * @param {Env} env - env Object
  * @param {ExecutionContext} executionCtx - context of execution
  * @returns {Response | Promise<Response>} response of request
  *
  */
  fetch = /* @__PURE__ */ __name((request, ...rest) => {
    return this.#dispatch(request, rest[1], rest[0], request.method);
  }, "fetch");
  /**
  * `.request()` is a useful method for testing.
  * You can pass a URL or pathname to send a GET request.
  * app will return a Response object.
  * ```ts
  * test('GET /hello is ok', async () => {
  *   const res = await app.request('/hello')
  *   expect(res.status).toBe(200)
  * })
  * ```
  * @see https://hono.dev/docs/api/hono#request
  */
  request = /* @__PURE__ */ __name((input, requestInit, Env, executionCtx) => {
    if (input instanceof Request) return this.fetch(requestInit ? new Request(input, requestInit) : input, Env, executionCtx);
    input = input.toString();
    return this.fetch(new Request(/^https?:\/\//.test(input) ? input : `http://localhost${mergePath("/", input)}`, requestInit), Env, executionCtx);
  }, "request");
  /**
  * `.fire()` automatically adds a global fetch event listener.
  * This can be useful for environments that adhere to the Service Worker API, such as non-ES module Cloudflare Workers.
  * @deprecated
  * Use `fire` from `hono/service-worker` instead.
  * ```ts
  * import { Hono } from 'hono'
  * import { fire } from 'hono/service-worker'
  *
  * const app = new Hono()
  * // ...
  * fire(app)
  * ```
  * @see https://hono.dev/docs/api/hono#fire
  * @see https://developer.mozilla.org/en-US/docs/Web/API/Service_Worker_API
  * @see https://developers.cloudflare.com/workers/reference/migrate-to-module-workers/
  */
  fire = /* @__PURE__ */ __name(() => {
    addEventListener("fetch", (event) => {
      event.respondWith(this.#dispatch(event.request, event, void 0, event.request.method));
    });
  }, "fire");
};

// node_modules/hono/dist/router/utils.js
var createNullObject = /* @__PURE__ */ __name(() => /* @__PURE__ */ Object.create(null), "createNullObject");

// node_modules/hono/dist/router/reg-exp-router/matcher.js
var emptyParam = [];
function match(method, path2) {
  const matchers = this.buildAllMatchers();
  const match2 = /* @__PURE__ */ __name(((method2, path3) => {
    const matcher = matchers[method2] || matchers["ALL"];
    const staticMatch = matcher[2][path3];
    if (staticMatch) return staticMatch;
    const match3 = path3.match(matcher[0]);
    if (!match3) return [[], emptyParam];
    const index = match3.indexOf("", 1);
    return [matcher[1][index], match3];
  }), "match");
  this.match = match2;
  return match2(method, path2);
}
__name(match, "match");

// node_modules/hono/dist/router/reg-exp-router/node.js
var LABEL_REG_EXP_STR = "[^/]+";
var ONLY_WILDCARD_REG_EXP_STR = "[^]*";
var TAIL_WILDCARD_REG_EXP_STR = "(?:|/[^]*)";
var PATH_ERROR = /* @__PURE__ */ Symbol();
var regExpMetaChars = /* @__PURE__ */ new Set(".\\+*[^]$()");
function compareKey(a, b) {
  if (a.length === 1) return b.length === 1 ? a < b ? -1 : 1 : -1;
  if (b.length === 1) return 1;
  if (a === "[^]*" || a === "(?:|/[^]*)") return b === "[^]*" ? -1 : 1;
  else if (b === "[^]*" || b === "(?:|/[^]*)") return -1;
  if (a === "[^/]+") return 1;
  else if (b === "[^/]+") return -1;
  return a.length === b.length ? a < b ? -1 : 1 : b.length - a.length;
}
__name(compareKey, "compareKey");
var Node = class Node2 {
  static {
    __name(this, "Node");
  }
  #index;
  #varIndex;
  #children = createNullObject();
  insert(tokens, index, paramMap, context, keys) {
    let node2 = this;
    for (let i = 0, len = tokens.length; i < len; i++) {
      const token = tokens[i];
      const pattern = token.length === 1 ? token === "*" ? i === len - 1 ? [
        "",
        "",
        ONLY_WILDCARD_REG_EXP_STR
      ] : [
        "",
        "",
        LABEL_REG_EXP_STR
      ] : null : token === "/*" ? [
        "",
        "",
        TAIL_WILDCARD_REG_EXP_STR
      ] : token.match(/^\:([^\{\}]+)(?:\{(.+)\})?$/);
      let nextNode;
      if (pattern) {
        const name = pattern[1];
        let regexpStr = pattern[2] || "[^/]+";
        if (name && pattern[2]) {
          if (new RegExp(regexpStr).test("")) throw PATH_ERROR;
          regexpStr = regexpStr.replace(/^\((?!\?:)(?=[^)]+\)$)/, "(?:");
          if (/\((?!\?:)/.test(regexpStr)) throw PATH_ERROR;
          if (regexpStr.length === 1 && regExpMetaChars.has(regexpStr)) throw PATH_ERROR;
        }
        keys.push(regexpStr);
        nextNode = node2.#children[regexpStr];
        if (!nextNode) {
          if (regexpStr !== "[^]*" && regexpStr !== "(?:|/[^]*)") {
            for (const k in node2.#children) if ((regexpStr.length > 1 || k.length > 1) && k !== "[^]*" && k !== "(?:|/[^]*)") throw PATH_ERROR;
          }
          nextNode = node2.#children[regexpStr] = new Node2();
        }
        if (name !== "") {
          nextNode.#varIndex ??= context.varIndex++;
          paramMap.push([name, nextNode.#varIndex]);
        }
      } else {
        keys.push(token);
        nextNode = node2.#children[token];
        if (!nextNode) {
          for (const k in node2.#children) if (k.length > 1 && k !== "[^]*" && k !== "(?:|/[^]*)") throw PATH_ERROR;
          nextNode = node2.#children[token] = new Node2();
        }
      }
      node2 = nextNode;
    }
    if (node2.#index !== void 0) throw PATH_ERROR;
    node2.#index = index;
  }
  buildRegExpStr() {
    const strList = Object.keys(this.#children).sort(compareKey).map((k) => {
      const c = this.#children[k];
      const childStr = c.buildRegExpStr();
      return childStr === "" ? "" : (typeof c.#varIndex === "number" ? `(${k})@${c.#varIndex}` : regExpMetaChars.has(k) ? `\\${k}` : k) + childStr;
    }).filter(Boolean);
    if (typeof this.#index === "number" && this.#index !== -1) strList.unshift(`#${this.#index}`);
    if (strList.length === 0) return "";
    if (strList.length === 1) return strList[0];
    return "(?:" + strList.join("|") + ")";
  }
};

// node_modules/hono/dist/router/reg-exp-router/trie.js
var Trie = class {
  static {
    __name(this, "Trie");
  }
  #context = { varIndex: 0 };
  #root = new Node();
  #index = 0;
  paths = createNullObject();
  insert(path2, isStatic) {
    const keys = [];
    if (isStatic) {
      this.#root.insert(path2.split(""), -1, [], this.#context, keys);
      this.paths[path2] = [
        -1,
        [],
        keys
      ];
      return;
    }
    const paramAssoc = [];
    const groups = [];
    let markedPath = path2;
    for (let i = 0; ; ) {
      let replaced = false;
      markedPath = markedPath.replace(/\{(?:\{[\d,]+\}|[^}])+\}/g, (m) => {
        const mark = `@\\${i}`;
        groups[i] = [mark, m];
        i++;
        replaced = true;
        return mark;
      });
      if (!replaced) break;
    }
    const tokens = markedPath.match(/(?::[^\/]+)|(?:\/\*$)|./gs) || [];
    for (let i = groups.length - 1; i >= 0; i--) {
      const [mark] = groups[i];
      for (let j = tokens.length - 1; j >= 0; j--) if (tokens[j].indexOf(mark) !== -1) {
        tokens[j] = tokens[j].replace(mark, groups[i][1]);
        break;
      }
    }
    this.#root.insert(tokens, this.#index, paramAssoc, this.#context, keys);
    this.paths[path2] = [
      this.#index++,
      paramAssoc,
      keys
    ];
  }
  buildRegExp() {
    let regexp = this.#root.buildRegExpStr();
    if (regexp === "") return [
      /^$/,
      [],
      []
    ];
    let captureIndex = 0;
    const indexReplacementMap = [];
    const paramReplacementMap = [];
    regexp = regexp.replace(/#(\d+)|@(\d+)|\.\*\$/g, (_, handlerIndex, paramIndex) => {
      if (handlerIndex !== void 0) {
        indexReplacementMap[++captureIndex] = Number(handlerIndex);
        return "$()";
      }
      if (paramIndex !== void 0) {
        paramReplacementMap[Number(paramIndex)] = ++captureIndex;
        return "";
      }
      return "";
    });
    return [
      new RegExp(`^${regexp}`),
      indexReplacementMap,
      paramReplacementMap
    ];
  }
};

// node_modules/hono/dist/router/reg-exp-router/router.js
function endsWithWildcard(keys) {
  const tail = keys[keys.length - 1];
  return tail === "[^]*" || tail === "(?:|/[^]*)";
}
__name(endsWithWildcard, "endsWithWildcard");
function covers(wildcard, target) {
  const last = wildcard.length - 1;
  for (let i = 0; i < last; i++) if (wildcard[i] !== target[i]) return false;
  return wildcard[last] === "[^]*" || target.length === last || target[last] === "/";
}
__name(covers, "covers");
var RegExpRouter = class {
  static {
    __name(this, "RegExpRouter");
  }
  name = "RegExpRouter";
  #handlers;
  #tries;
  constructor() {
    this.#handlers = { ["ALL"]: [] };
    this.#tries = { ["ALL"]: new Trie() };
  }
  #insertPath(method, path2) {
    try {
      this.#tries[method].insert(path2, !/\*|\/:/.test(path2));
    } catch (e) {
      throw e === PATH_ERROR ? new UnsupportedPathError(path2) : e;
    }
  }
  add(method, path2, handler) {
    const handlers = this.#handlers;
    if (!handlers) throw new Error(MESSAGE_MATCHER_IS_ALREADY_BUILT);
    const tries = this.#tries;
    if (!handlers[method]) {
      tries[method] = new Trie();
      handlers[method] = [...handlers["ALL"]];
      for (const p in tries["ALL"].paths) this.#insertPath(method, p);
    }
    if (path2 === "/*") path2 = "*";
    const methods = method === "ALL" ? Object.keys(handlers) : [method];
    const paths2 = checkOptionalParameter(path2) || [path2];
    for (const path3 of paths2) for (const m of methods) {
      if (!tries[m].paths[path3]) this.#insertPath(m, path3);
      handlers[m].push([handler, path3]);
    }
  }
  match = match;
  buildAllMatchers() {
    const matchers = createNullObject();
    for (const method of Object.keys(this.#handlers)) matchers[method] = this.#buildMatcher(method);
    this.#handlers = this.#tries = void 0;
    return matchers;
  }
  #buildMatcher(method) {
    const handlers = this.#handlers[method];
    const trie = this.#tries[method];
    const staticMap = createNullObject();
    const handlerData = [];
    const [regexp, indexReplacementMap, paramReplacementMap] = trie.buildRegExp();
    const own3 = createNullObject();
    const entries = handlers.map(([h, p], i) => {
      (own3[p] ??= []).push(i);
      return [h, trie.paths[p][1].reduceRight((map, [key, varIndex]) => {
        map[key] = paramReplacementMap[varIndex];
        return map;
      }, createNullObject())];
    });
    const wildcards = Object.keys(own3).filter((p) => endsWithWildcard(trie.paths[p][2]));
    for (const path2 in trie.paths) {
      const [index, , keys] = trie.paths[path2];
      const indexes = [...own3[path2]];
      for (const p of wildcards) if (p !== path2 && covers(trie.paths[p][2], keys)) indexes.push(...own3[p]);
      const data = indexes.sort((a, b) => a - b).map((i) => entries[i]);
      if (index === -1) {
        const last = Math.max(-1, ...data.flatMap(([, map]) => Object.values(map)));
        staticMap[path2] = [data, last === -1 ? emptyParam : path2.match(regexp).slice(0, last + 1)];
      } else handlerData[index] = data;
    }
    return [
      regexp,
      indexReplacementMap.map((i) => handlerData[i]),
      staticMap
    ];
  }
};

// node_modules/hono/dist/router/smart-router/router.js
var SmartRouter = class {
  static {
    __name(this, "SmartRouter");
  }
  name = "SmartRouter";
  #routers = [];
  #routes = [];
  constructor(init) {
    this.#routers = init.routers;
  }
  add(method, path2, handler) {
    if (!this.#routes) throw new Error(MESSAGE_MATCHER_IS_ALREADY_BUILT);
    this.#routes.push([
      method,
      path2,
      handler
    ]);
  }
  match(method, path2) {
    if (!this.#routes) throw new Error("Fatal error");
    const routers = this.#routers;
    const routes = this.#routes;
    const len = routers.length;
    let i = 0;
    let res;
    for (; i < len; i++) {
      const router = routers[i];
      try {
        for (let i2 = 0, len2 = routes.length; i2 < len2; i2++) router.add(...routes[i2]);
        res = router.match(method, path2);
      } catch (e) {
        if (e instanceof UnsupportedPathError) continue;
        throw e;
      }
      this.match = router.match.bind(router);
      this.#routers = [router];
      this.#routes = void 0;
      break;
    }
    if (i === len) throw new Error("Fatal error");
    this.name = `SmartRouter + ${this.activeRouter.name}`;
    return res;
  }
  get activeRouter() {
    if (this.#routes || this.#routers.length !== 1) throw new Error("No active router has been determined yet.");
    return this.#routers[0];
  }
};

// node_modules/hono/dist/router/trie-router/node.js
var emptyParams = createNullObject();
var order = 0;
var Node3 = class Node4 {
  static {
    __name(this, "Node");
  }
  #methods = [];
  #children = createNullObject();
  #patterns = [];
  #pattern;
  #params = emptyParams;
  insert(method, path2, handler) {
    let curNode = this;
    const parts = splitRoutingPath(path2);
    const possibleKeys = /* @__PURE__ */ new Set();
    let i = 0;
    for (const p of parts) {
      const nextP = parts[++i];
      const pattern = getPattern(p, nextP) || (nextP === void 0 && p && p.indexOf("*") === p.length - 1 ? p : null);
      const isParam = Array.isArray(pattern);
      const key = isParam ? pattern[0] : pattern || p;
      const child = curNode.#children[key] ||= new Node4();
      if (pattern && !child.#pattern) {
        child.#pattern = pattern;
        curNode.#patterns.push(child);
      }
      curNode = child;
      if (isParam) possibleKeys.add(pattern[1]);
    }
    curNode.#methods.push({ [method]: {
      handler,
      possibleKeys: [...possibleKeys],
      score: ++order
    } });
  }
  #pushHandlerSets(handlerSets, node2, method, nodeParams, params) {
    for (let i = 0, len = node2.#methods.length; i < len; i++) {
      const m = node2.#methods[i];
      const handlerSet = m[method] || m["ALL"];
      if (handlerSet) {
        handlerSet.params = createNullObject();
        handlerSets.push(handlerSet);
        for (let i2 = 0, len2 = handlerSet.possibleKeys.length; i2 < len2; i2++) {
          const key = handlerSet.possibleKeys[i2];
          handlerSet.params[key] = params?.[key] && !i2 ? params[key] : nodeParams[key] ?? params?.[key];
        }
      }
    }
  }
  search(method, path2) {
    const handlerSets = [];
    this.#params = emptyParams;
    let curNodes = [this];
    const parts = splitPath(path2);
    const curNodesQueue = [];
    const len = parts.length;
    let partOffsets = null;
    for (let i = 0; i < len; i++) {
      const part = parts[i];
      const isLast = i === len - 1;
      const tempNodes = [];
      for (let j = 0, len2 = curNodes.length; j < len2; j++) {
        const node2 = curNodes[j];
        const nextNode = node2.#children[part];
        if (nextNode) {
          nextNode.#params = node2.#params;
          if (isLast) {
            if (nextNode.#children["*"]) this.#pushHandlerSets(handlerSets, nextNode.#children["*"], method, node2.#params);
            this.#pushHandlerSets(handlerSets, nextNode, method, node2.#params);
          } else tempNodes.push(nextNode);
        }
        for (const child of node2.#patterns) {
          const pattern = child.#pattern;
          const params = node2.#params === emptyParams ? {} : { ...node2.#params };
          if (typeof pattern === "string") {
            if (pattern === "*" || part.startsWith(pattern.slice(0, -1))) {
              this.#pushHandlerSets(handlerSets, child, method, node2.#params);
              if (pattern === "*") {
                child.#params = params;
                tempNodes.push(child);
              }
            }
            continue;
          }
          const [, name, matcher] = pattern;
          if (!part && matcher === true) continue;
          if (matcher !== true) {
            if (!partOffsets) {
              partOffsets = [];
              let offset = path2[0] === "/" ? 1 : 0;
              for (let p = 0; p < len; p++) {
                partOffsets[p] = offset;
                offset += parts[p].length + 1;
              }
            }
            const restPathString = path2.slice(partOffsets[i]);
            const m = matcher.exec(restPathString);
            if (m) {
              if (!Object.hasOwn(params, name)) params[name] = m[0];
              this.#pushHandlerSets(handlerSets, child, method, node2.#params, params);
              if (m[0].length === restPathString.length && child.#children["*"]) this.#pushHandlerSets(handlerSets, child.#children["*"], method, node2.#params, params);
              for (const _ in child.#children) {
                child.#params = params;
                const componentCount = m[0].match(/\//g)?.length ?? 0;
                (curNodesQueue[componentCount] ||= []).push(child);
                break;
              }
              continue;
            }
          }
          if (matcher === true || matcher.test(part)) {
            if (!Object.hasOwn(params, name)) params[name] = part;
            if (isLast) {
              this.#pushHandlerSets(handlerSets, child, method, params, node2.#params);
              if (child.#children["*"]) this.#pushHandlerSets(handlerSets, child.#children["*"], method, params, node2.#params);
            } else {
              child.#params = params;
              tempNodes.push(child);
            }
          }
        }
      }
      const shifted = curNodesQueue.shift();
      curNodes = shifted ? tempNodes.concat(shifted) : tempNodes;
    }
    if (handlerSets[1]) handlerSets.sort((a, b) => {
      return a.score - b.score;
    });
    return [handlerSets.map(({ handler, params }) => [handler, params])];
  }
};

// node_modules/hono/dist/router/trie-router/router.js
var TrieRouter = class {
  static {
    __name(this, "TrieRouter");
  }
  name = "TrieRouter";
  #node = new Node3();
  add(method, path2, handler) {
    for (const result of checkOptionalParameter(path2) || [path2]) this.#node.insert(method, result, handler);
  }
  match(method, path2) {
    return this.#node.search(method, path2);
  }
};

// node_modules/hono/dist/hono.js
var Hono3 = class extends Hono {
  static {
    __name(this, "Hono");
  }
  /**
  * Creates an instance of the Hono class.
  *
  * @param options - Optional configuration options for the Hono instance.
  */
  constructor(options = {}) {
    super(options);
    this.router = options.router ?? new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] });
  }
};

// node_modules/hono/dist/middleware/cors/index.js
var cors = /* @__PURE__ */ __name((options) => {
  const opts = {
    origin: "*",
    allowMethods: [
      "GET",
      "HEAD",
      "PUT",
      "POST",
      "DELETE",
      "PATCH",
      "QUERY"
    ],
    allowHeaders: [],
    exposeHeaders: [],
    ...options
  };
  const exposeHeadersStr = opts.exposeHeaders?.length ? opts.exposeHeaders.join(",") : void 0;
  const allowHeadersStr = opts.allowHeaders?.length ? opts.allowHeaders.join(",") : void 0;
  const findAllowOrigin = ((optsOrigin) => {
    if (typeof optsOrigin === "string") {
      if (optsOrigin === "*") return () => optsOrigin;
      else return (origin) => optsOrigin === origin ? origin : null;
    } else if (typeof optsOrigin === "function") return optsOrigin;
    else return (origin) => optsOrigin.includes(origin) ? origin : null;
  })(opts.origin);
  const findAllowMethods = ((optsAllowMethods) => {
    if (typeof optsAllowMethods === "function") return async (origin, c) => (await optsAllowMethods(origin, c)).join(",");
    else if (Array.isArray(optsAllowMethods)) {
      const methodsStr = optsAllowMethods.join(",");
      return () => methodsStr;
    } else return () => "";
  })(opts.allowMethods);
  return /* @__PURE__ */ __name(async function cors2(c, next) {
    function set(key, value) {
      c.res.headers.set(key, value);
    }
    __name(set, "set");
    const allowOrigin = await findAllowOrigin(c.req.header("origin") || "", c);
    if (allowOrigin) set("Access-Control-Allow-Origin", allowOrigin);
    if (opts.credentials) set("Access-Control-Allow-Credentials", "true");
    if (exposeHeadersStr) set("Access-Control-Expose-Headers", exposeHeadersStr);
    if (c.req.method === "OPTIONS") {
      if (opts.origin !== "*") c.res.headers.append("Vary", "Origin");
      if (opts.maxAge != null) set("Access-Control-Max-Age", opts.maxAge.toString());
      const allowMethods = await findAllowMethods(c.req.header("origin") || "", c);
      if (allowMethods) set("Access-Control-Allow-Methods", allowMethods);
      let headersStr = allowHeadersStr;
      if (!headersStr) {
        const requestHeaders = c.req.header("Access-Control-Request-Headers");
        if (requestHeaders) headersStr = requestHeaders.split(",").map((h) => h.trim()).join(",");
      }
      if (headersStr) {
        set("Access-Control-Allow-Headers", headersStr);
        c.res.headers.append("Vary", "Access-Control-Request-Headers");
      }
      c.res.headers.delete("Content-Length");
      c.res.headers.delete("Content-Type");
      return new Response(null, {
        headers: c.res.headers,
        status: 204,
        statusText: "No Content"
      });
    }
    await next();
    if (opts.origin !== "*") c.header("Vary", "Origin", { append: true });
  }, "cors");
}, "cors");

// src/storage/keys.ts
function jobKey(id) {
  return `${timePrefix(idTimeOf(id))}${id}`;
}
__name(jobKey, "jobKey");
function idTimeOf(id) {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
__name(idTimeOf, "idTimeOf");
function jobIdOf(key) {
  return key.slice(key.lastIndexOf(":") + 1);
}
__name(jobIdOf, "jobIdOf");
var JOB_PREFIX = "jobs:";
var graphKey = /* @__PURE__ */ __name((jobId2) => `graphs:${jobId2}`, "graphKey");
var assetKey = /* @__PURE__ */ __name((assetId) => `assets:${assetId}`, "assetKey");
var clientKey = /* @__PURE__ */ __name((backend) => `client:${backend}`, "clientKey");
var rebuiltKey = /* @__PURE__ */ __name((backend) => `rebuilt:${backend}`, "rebuiltKey");
var REAPER_KEY = "reaper";
var leaderKey = /* @__PURE__ */ __name((backend) => `leader:${backend}`, "leaderKey");
var idempotencyKey = /* @__PURE__ */ __name((owner, key) => `idempotency:${owner}:${bytesToHex(sha256(utf8ToBytes(key)))}`, "idempotencyKey");
var MAX_MS = 2 ** 48 - 1;
function timePrefix(ms) {
  return `${JOB_PREFIX}${String(MAX_MS - ms).padStart(15, "0")}:`;
}
__name(timePrefix, "timePrefix");

// src/jobs/job.ts
function createJob(job, now) {
  const seq = nextSeq({ id: job.id, seq: 0 }, now);
  return {
    v: 1,
    ...job,
    facts: {},
    status: "submitting",
    outputs: [],
    warnings: [],
    reused: false,
    log: [{ seq, status: "queued" }],
    seq
  };
}
__name(createJob, "createJob");
function reduce(job, evidence, now) {
  const next = { ...job, facts: mergeFacts(job.facts, evidence) };
  if (evidence.type === "outputs" || evidence.type === "ended") addOutputs(next, evidence.outputs, now);
  if (evidence.type === "ended" && evidence.reused) next.reused = true;
  if (evidence.type === "accepted" && evidence.warnings && next.warnings.length === 0)
    next.warnings = evidence.warnings;
  const progress = "progress" in evidence ? evidence.progress : void 0;
  if (progress && progress.value >= (job.progress?.value ?? 0) && !isTerminal(job.status))
    next.progress = progress;
  settle(next, now);
  return sameJob(job, next) ? job : next;
}
__name(reduce, "reduce");
function isTerminal(status) {
  return status === "succeeded" || status === "failed" || status === "canceled" || status === "expired";
}
__name(isTerminal, "isTerminal");
function isInferred(job) {
  return isTerminal(job.status) && job.facts.ended === void 0;
}
__name(isInferred, "isInferred");
function shownStatus(status) {
  return status === "submitting" ? "queued" : status;
}
__name(shownStatus, "shownStatus");
function expiresAt(job, maxAgeMs) {
  return (job.completedAt ?? job.createdAt) + maxAgeMs;
}
__name(expiresAt, "expiresAt");
function mergeFacts(facts, evidence) {
  switch (evidence.type) {
    case "outputs":
    case "progress":
      return facts;
    case "accepted":
      return { ...facts, accepted: true };
    case "started":
      return {
        ...facts,
        accepted: true,
        startedAt: earliest(facts.startedAt, evidence.at),
        runSeenAt: earliest(facts.runSeenAt, evidence.seenAt)
      };
    case "stop": {
      const { reason, at } = evidence;
      const first = facts.stop;
      const wins = !first || at < first.at || at === first.at && reason < first.reason;
      return wins ? { ...facts, stop: { reason, at } } : facts;
    }
    case "stopped":
      return { ...facts, stoppedAt: earliest(facts.stoppedAt, evidence.at) };
    case "overdue":
      return { ...facts, overdueAt: earliest(facts.overdueAt, evidence.at) };
    case "absent":
      return { ...facts, absentAt: earliest(facts.absentAt, evidence.at) };
    case "ended": {
      if (facts.ended) return facts;
      const { outcome, at, error: error2, startedAt } = evidence;
      return {
        ...facts,
        accepted: true,
        ...startedAt !== void 0 && { startedAt: earliest(facts.startedAt, startedAt) },
        ended: { outcome, at, ...error2 && { error: error2 } }
      };
    }
  }
}
__name(mergeFacts, "mergeFacts");
function settle(job, now) {
  const { facts } = job;
  const { status, at, error: error2 } = derive(facts);
  if (facts.startedAt !== void 0) job.startedAt = Math.max(facts.startedAt, job.createdAt);
  if (at !== void 0) job.completedAt = Math.max(at, job.startedAt ?? job.createdAt);
  if (error2) job.error = error2;
  else delete job.error;
  job.status = status;
  const shown2 = shownStatus(status);
  if (job.log.at(-1)?.status === shown2) return;
  job.seq = nextSeq(job, now);
  job.log = [...job.log, { seq: job.seq, status: shown2 }];
}
__name(settle, "settle");
function derive(facts) {
  const { ended, stop } = facts;
  if (ended) {
    const { outcome, at } = ended;
    if (outcome === "success") return { status: "succeeded", at };
    if (outcome === "error") return { status: "failed", at, error: nodeError(ended.error) };
    return { ...stopped(stop?.reason ?? "cancel"), at };
  }
  const inferredAt = facts.stoppedAt ?? facts.overdueAt ?? (stop ? facts.absentAt : void 0);
  if (stop && inferredAt !== void 0) return { ...stopped(stop.reason), at: inferredAt };
  if (facts.absentAt !== void 0) return { status: "failed", at: facts.absentAt, error: LOST };
  if (stop?.reason === "cancel") return { status: "canceling" };
  if (facts.startedAt !== void 0) return { status: "running" };
  return { status: facts.accepted ? "queued" : "submitting" };
}
__name(derive, "derive");
function stopped(reason) {
  switch (reason) {
    case "cancel":
      return { status: "canceled" };
    case "timeout":
      return {
        status: "expired",
        error: fault("timeout", "The job ran longer than its time limit and was stopped.")
      };
    case "queue_timeout":
      return {
        status: "expired",
        error: fault("queue_timeout", "The job waited longer in the queue than its limit and was taken out.")
      };
  }
}
__name(stopped, "stopped");
var LOST = fault(
  "lost",
  "ComfyUI no longer knows this job: it was restarted, or someone deleted the job there. Submit it again."
);
function fault(code, message) {
  return { code, message, nodeId: null, classType: null };
}
__name(fault, "fault");
function nodeError(error2) {
  return {
    code: "node_execution_error",
    message: error2?.message ?? "ComfyUI gave no reason",
    nodeId: error2?.nodeId ?? null,
    classType: error2?.classType ?? null
  };
}
__name(nodeError, "nodeError");
function addOutputs(job, outputs, now) {
  const all = new Map(job.outputs.map((output) => [output.id, output]));
  let changed = false;
  for (const output of outputs) {
    const known = all.get(output.id);
    if (known && known.sizeBytes >= output.sizeBytes) continue;
    if (!known) job.seq = nextSeq(job, now);
    all.set(output.id, known ? { ...known, sizeBytes: output.sizeBytes } : { ...output, seq: job.seq });
    changed = true;
  }
  if (changed) job.outputs = [...all.values()];
}
__name(addOutputs, "addOutputs");
function nextSeq(job, now) {
  return Math.max(job.seq + 1, now - idTimeOf(job.id));
}
__name(nextSeq, "nextSeq");
function earliest(a, b) {
  return a === void 0 ? b : Math.min(a, b);
}
__name(earliest, "earliest");
function sameJob(a, b) {
  return a.seq === b.seq && a.status === b.status && a.outputs === b.outputs && a.warnings === b.warnings && a.progress === b.progress && a.reused === b.reused && sameFacts(a.facts, b.facts);
}
__name(sameJob, "sameJob");
function sameFacts(a, b) {
  return a === b || a.accepted === b.accepted && a.startedAt === b.startedAt && a.runSeenAt === b.runSeenAt && a.stop === b.stop && a.stoppedAt === b.stoppedAt && a.overdueAt === b.overdueAt && a.absentAt === b.absentAt && a.ended === b.ended;
}
__name(sameFacts, "sameFacts");

// src/jobs/progress.ts
function graphNodes(graphText) {
  const graph2 = graphText === void 0 ? {} : JSON.parse(graphText);
  const nodes = /* @__PURE__ */ new Map();
  for (const [id, node2] of Object.entries(isObject(graph2) ? graph2 : {})) {
    const classType = isObject(node2) && typeof node2["class_type"] === "string" ? node2["class_type"] : "";
    const steps = isObject(node2) && isObject(node2["inputs"]) ? node2["inputs"]["steps"] : void 0;
    nodes.set(id, { classType, weight: typeof steps === "number" && steps > 1 ? Math.min(steps, 1e3) : 1 });
  }
  return nodes;
}
__name(graphNodes, "graphNodes");
function createProgressTracker(graph2, floor) {
  const done = /* @__PURE__ */ new Set();
  const extra = /* @__PURE__ */ new Set();
  let running = /* @__PURE__ */ new Map();
  let current = null;
  let value = floor?.value ?? 0;
  let last;
  function snapshot() {
    const next = take();
    if (!last || !sameSnapshot(last, next)) last = next;
    return last;
  }
  __name(snapshot, "snapshot");
  function take() {
    const total = Math.max(graph2.size + extra.size, 1);
    let whole = extra.size;
    for (const { weight } of graph2.values()) whole += weight;
    let part = 0;
    for (const node2 of done) part += weightOf(node2);
    for (const [node2, { value: step, max }] of running)
      part += max > 0 ? weightOf(node2) * Math.min(step / max, 1) : 0;
    value = Math.max(value, Math.min(part / Math.max(whole, 1), 0.99));
    const steps = current === null ? void 0 : running.get(current);
    const counted = steps !== void 0 && steps.max > 1;
    const name = current === null ? null : graph2.get(current)?.classType ?? null;
    return {
      value,
      nodesDone: Math.min(done.size, total),
      nodesTotal: total,
      currentNode: current,
      currentNodeClass: name,
      step: counted ? steps.value : null,
      steps: counted ? steps.max : null,
      message: name && (counted ? `${name} ${steps.value}/${steps.max}` : name)
    };
  }
  __name(take, "take");
  function weightOf(node2) {
    return graph2.get(node2)?.weight ?? 1;
  }
  __name(weightOf, "weightOf");
  function finish(node2) {
    done.add(node2);
    running.delete(node2);
    if (!graph2.has(node2)) extra.add(node2);
  }
  __name(finish, "finish");
  return {
    snapshot,
    cached(nodes) {
      for (const node2 of nodes) finish(node2);
      return snapshot();
    },
    /** A node began; the one before it is done (older ComfyUI says so in no other way). */
    executing(node2) {
      if (current !== null && current !== node2 && running.size <= 1) finish(current);
      current = node2;
      if (!done.has(node2) && !running.has(node2)) running.set(node2, { value: 0, max: 1 });
      return snapshot();
    },
    step(node2, step, max) {
      current = node2;
      running.set(node2, { value: step, max });
      return snapshot();
    },
    states(nodes) {
      const before = running;
      running = /* @__PURE__ */ new Map();
      for (const [node2, { state, value: step, max }] of nodes) {
        if (state === "finished") finish(node2);
        else if (state === "running") running.set(node2, { value: step, max });
      }
      if (current === null || !running.has(current)) current = running.keys().next().value ?? current;
      for (const [node2, steps] of before) if (!nodes.has(node2) && !done.has(node2)) running.set(node2, steps);
      return snapshot();
    }
  };
}
__name(createProgressTracker, "createProgressTracker");
function sameSnapshot(a, b) {
  return a.value === b.value && a.nodesDone === b.nodesDone && a.nodesTotal === b.nodesTotal && a.currentNode === b.currentNode && a.step === b.step && a.steps === b.steps;
}
__name(sameSnapshot, "sameSnapshot");
function completed(last, nodeCount) {
  const total = Math.max(last?.nodesTotal ?? nodeCount, 1);
  return {
    value: 1,
    nodesDone: total,
    nodesTotal: total,
    currentNode: null,
    currentNodeClass: null,
    step: null,
    steps: null,
    message: null
  };
}
__name(completed, "completed");

// src/http/present.ts
var SIGNED_MS = 60 * 60 * 1e3;
var PLAIN_MS = 24 * 60 * 60 * 1e3;
var MINUTE_MS = 6e4;
function createPresenter(links, maxAgeMs, now) {
  function content2(path2, { base, owner }) {
    const until = (thisMinute() + 1) * MINUTE_MS + (links.signed ? SIGNED_MS : PLAIN_MS);
    return { url: base + links.sign(path2, owner, until), url_expires_at: iso(until) };
  }
  __name(content2, "content");
  function output(job, found, viewer) {
    return {
      node_id: found.displayNode,
      name: nameOf(found),
      type: found.kind,
      content_type: found.contentType,
      size_bytes: found.sizeBytes,
      id: found.id,
      hash: null,
      ...content2(`/api/v2/assets/${found.id}/content`, viewer),
      job_id: job.id,
      ...place(found)
    };
  }
  __name(output, "output");
  function urls(job, { base, owner }) {
    const self = `/api/v2/jobs/${job.id}`;
    return {
      self: base + self,
      events: base + links.sign(`${self}/events`, owner, expiresAt(job, maxAgeMs)),
      cancel: `${base}${self}/cancel`
    };
  }
  __name(urls, "urls");
  function presentJob(job, live, viewer) {
    const { startedAt, completedAt } = job;
    return {
      id: job.id,
      status: shownStatus(job.status),
      created_at: iso(job.createdAt),
      started_at: startedAt === void 0 ? null : iso(startedAt),
      completed_at: completedAt === void 0 ? null : iso(completedAt),
      expires_at: iso(expiresAt(job, maxAgeMs)),
      queue_position: live?.position ?? null,
      progress: progressOf(job, live),
      outputs: job.outputs.map((found) => output(job, found, viewer)),
      error: job.error ? {
        code: job.error.code,
        message: job.error.message,
        node_id: job.error.nodeId,
        class_type: job.error.classType,
        traceback: null
      } : null,
      metrics: {
        queue_ms: startedAt === void 0 ? null : startedAt - job.createdAt,
        execution_ms: startedAt === void 0 || completedAt === void 0 ? null : completedAt - startedAt
      },
      urls: urls(job, viewer),
      outputs_reused: job.reused,
      warnings: job.warnings.map(({ nodeId, classType, message }) => ({
        node_id: nodeId,
        class_type: classType,
        message
      })),
      backend: job.backend,
      ...job.metadata !== void 0 && { metadata: job.metadata },
      ...job.priority !== void 0 && { priority: job.priority },
      ...job.workflow !== void 0 && { workflow_name: job.workflow },
      ...job.session !== void 0 && { session_id: job.session }
    };
  }
  __name(presentJob, "presentJob");
  const thisMinute = /* @__PURE__ */ __name(() => Math.floor(now() / MINUTE_MS), "thisMinute");
  const presented = /* @__PURE__ */ new WeakMap();
  return {
    output,
    urls,
    /** A job with what is live of it. Not to be changed: equal reads of a minute share it. */
    job(job, live, viewer) {
      if (live) return presentJob(job, live, viewer);
      const key = `${viewer.base} ${viewer.owner}`;
      const known = presented.get(job);
      if (known && known.viewer === key && known.minute === thisMinute()) return known.job;
      const fresh = presentJob(job, void 0, viewer);
      presented.set(job, { viewer: key, minute: thisMinute(), job: fresh });
      return fresh;
    },
    asset(job, found, viewer) {
      return {
        id: found.id,
        hash: null,
        size_bytes: found.sizeBytes,
        content_type: found.contentType,
        file_path: found.file ? [found.file.subfolder, found.file.filename].filter(Boolean).join("/") : nameOf(found),
        created_at: iso(job.completedAt ?? job.createdAt),
        ...content2(`/api/v2/assets/${found.id}/content`, viewer),
        expires_at: iso(expiresAt(job, maxAgeMs)),
        job_id: job.id,
        ...place(found)
      };
    }
  };
}
__name(createPresenter, "createPresenter");
function progressOf(job, live) {
  if (job.status === "succeeded")
    return presentProgress(completed(live?.progress ?? job.progress, job.nodeCount));
  const progress = live?.progress ?? job.progress;
  return progress ? presentProgress(progress) : null;
}
__name(progressOf, "progressOf");
function presentProgress(progress) {
  return {
    value: progress.value,
    nodes_done: progress.nodesDone,
    nodes_total: progress.nodesTotal,
    current_node: progress.currentNode,
    current_node_class: progress.currentNodeClass,
    step: progress.step,
    steps: progress.steps,
    message: progress.message
  };
}
__name(presentProgress, "presentProgress");
function nameOf({ file, node: node2, contentType }) {
  return file?.filename ?? `node-${node2.replace(/[^\w.-]/g, "_")}.${contentType === "application/json" ? "json" : "txt"}`;
}
__name(nameOf, "nameOf");
function place({ file }) {
  if (!file) return {};
  const { type, subfolder } = file;
  return type === "output" || type === "temp" || type === "input" ? { folder_type: type, subfolder } : { subfolder };
}
__name(place, "place");
function iso(ms) {
  return new Date(ms).toISOString();
}
__name(iso, "iso");

// src/http/assets.ts
var PASSED = ["content-length", "content-range", "accept-ranges", "etag", "last-modified"];
var INERT = /^(?:image\/(?!svg)|video\/|audio\/|text\/plain|application\/json)/;
function assetRoute({ assets, presenter }) {
  const routes = new Hono3();
  routes.get("/assets/:id", async (c) => {
    const { job, output } = await assets.find(c.var.caller, c.req.param("id"));
    return c.json(presenter.asset(job, output, { base: c.var.base, owner: c.var.caller.owner }));
  });
  return routes;
}
__name(assetRoute, "assetRoute");
function assetContentRoute({ assets }) {
  const routes = new Hono3();
  routes.get("/assets/:id/content", async (c) => {
    const { job, output } = await assets.find(c.var.caller, c.req.param("id"));
    if (output.text !== void 0) return textContent(c, output, output.text);
    const { method, signal } = c.req.raw;
    const upstream = await assets.fetch(job, output, method, (name) => forwarded(c, name), signal);
    if (upstream.status === 416) {
      await upstream.discard();
      const size = /\*\/(\d+)$/.exec(upstream.headers.get("content-range") ?? "")?.[1];
      throw unsatisfiable(c, size === void 0 ? void 0 : Number(size));
    }
    const headers = contentHeaders(output);
    for (const name of PASSED) {
      const value = upstream.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    if (method === "HEAD" || upstream.status === 304) {
      await upstream.discard();
      return c.body(null, upstream.status, headers);
    }
    return c.body(upstream.stream(), upstream.status, headers);
  });
  return routes;
}
__name(assetContentRoute, "assetContentRoute");
function forwarded(c, name) {
  const value = c.req.header(name);
  return name === "range" && value !== void 0 && !RANGE.test(value) ? void 0 : value;
}
__name(forwarded, "forwarded");
function textContent(c, output, text3) {
  const bytes = new TextEncoder().encode(text3);
  const headers = contentHeaders(output);
  const etag = `"${output.id}"`;
  headers["etag"] = etag;
  headers["accept-ranges"] = "bytes";
  const known = c.req.header("if-none-match");
  if (known !== void 0 && (known === "*" || known.includes(etag))) return c.body(null, 304, headers);
  const condition = c.req.header("if-range");
  const range = condition === void 0 || condition === etag ? rangeOf(c, bytes.length) : void 0;
  if (!range) {
    headers["content-length"] = String(bytes.length);
    return c.body(bytes, 200, headers);
  }
  const { start, end } = range;
  if (start >= bytes.length) throw unsatisfiable(c, bytes.length);
  headers["content-range"] = `bytes ${start}-${end - 1}/${bytes.length}`;
  headers["content-length"] = String(end - start);
  return c.body(bytes.slice(start, end), 206, headers);
}
__name(textContent, "textContent");
var RANGE = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/;
function rangeOf(c, size) {
  const [, first, last, suffix] = RANGE.exec(c.req.header("range") ?? "") ?? [];
  if (suffix !== void 0) return { start: Math.max(size - Number(suffix), 0), end: size };
  if (first === void 0) return void 0;
  const start = Number(first);
  const end = last ? Number(last) + 1 : size;
  return end > start || start >= size ? { start, end: Math.min(end, size) } : void 0;
}
__name(rangeOf, "rangeOf");
function unsatisfiable(c, size) {
  if (size !== void 0) c.header("content-range", `bytes */${size}`);
  return new GatewayError(
    "range_not_satisfiable",
    `The range '${c.req.header("range")?.slice(0, 50)}' is not in the file${size === void 0 ? "" : `, which has ${size} bytes`}.`,
    { details: { size_bytes: size ?? null } }
  );
}
__name(unsatisfiable, "unsatisfiable");
function contentHeaders(output) {
  const kind = INERT.test(output.contentType) ? "inline" : "attachment";
  return {
    "content-type": output.contentType === "text/plain" ? "text/plain; charset=utf-8" : output.contentType,
    "content-disposition": `${kind}; filename*=UTF-8''${encodeURIComponent(nameOf(output).toWellFormed()).replace(/['()*]/g, escapeMark)}`,
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache"
  };
}
__name(contentHeaders, "contentHeaders");
function escapeMark(mark) {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}
__name(escapeMark, "escapeMark");

// node_modules/@noble/hashes/hmac.js
var _HMAC = class {
  static {
    __name(this, "_HMAC");
  }
  oHash;
  iHash;
  blockLen;
  outputLen;
  canXOF = false;
  finished = false;
  destroyed = false;
  constructor(hash, key) {
    ahash(hash);
    abytes(key, void 0, "key");
    this.iHash = hash.create();
    if (typeof this.iHash.update !== "function")
      throw new Error("expected Hash instance");
    this.blockLen = this.iHash.blockLen;
    this.outputLen = this.iHash.outputLen;
    const blockLen = this.blockLen;
    const pad = new Uint8Array(blockLen);
    pad.set(key.length > blockLen ? hash.create().update(key).digest() : key);
    for (let i = 0; i < pad.length; i++)
      pad[i] ^= 54;
    this.iHash.update(pad);
    this.oHash = hash.create();
    for (let i = 0; i < pad.length; i++)
      pad[i] ^= 54 ^ 92;
    this.oHash.update(pad);
    clean(pad);
  }
  update(buf) {
    aexists(this);
    this.iHash.update(buf);
    return this;
  }
  digestInto(out) {
    aexists(this);
    aoutput(out, this);
    this.finished = true;
    const buf = out.subarray(0, this.outputLen);
    this.iHash.digestInto(buf);
    this.oHash.update(buf);
    this.oHash.digestInto(buf);
    this.destroy();
  }
  digest() {
    const out = new Uint8Array(this.oHash.outputLen);
    this.digestInto(out);
    return out;
  }
  _cloneInto(to) {
    to ||= Object.create(Object.getPrototypeOf(this), {});
    const { oHash, iHash, finished, destroyed, blockLen, outputLen, canXOF } = this;
    to = to;
    to.finished = finished;
    to.destroyed = destroyed;
    to.blockLen = blockLen;
    to.outputLen = outputLen;
    to.canXOF = canXOF;
    to.oHash = oHash._cloneInto(to.oHash);
    to.iHash = iHash._cloneInto(to.iHash);
    return to;
  }
  clone() {
    return this._cloneInto();
  }
  destroy() {
    this.destroyed = true;
    this.oHash.destroy();
    this.iHash.destroy();
  }
};
var hmac = /* @__PURE__ */ (() => {
  const hmac_ = /* @__PURE__ */ __name(((hash, key, message) => new _HMAC(hash, key).update(message).digest()), "hmac_");
  hmac_.create = (hash, key) => new _HMAC(hash, key);
  return hmac_;
})();

// node_modules/@noble/hashes/hkdf.js
var HKDF_COUNTER = /* @__PURE__ */ Uint8Array.of(0);
var EMPTY_BUFFER = /* @__PURE__ */ Uint8Array.of();
function expand(hash, prk, info, length = 32, _recycled) {
  ahash(hash);
  anumber(length, "length");
  abytes(prk, void 0, "prk");
  const olen = hash.outputLen;
  if (prk.length < olen)
    throw new Error('"prk" must be at least HashLen octets');
  if (length > 255 * olen)
    throw new Error("Length must be <= 255*HashLen");
  const blocks = Math.ceil(length / olen);
  if (info === void 0)
    info = EMPTY_BUFFER;
  else
    abytes(info, void 0, "info");
  if (!blocks) {
    if (_recycled)
      clean(prk);
    return new Uint8Array();
  }
  const okm = _recycled && blocks === 1 ? prk : new Uint8Array(blocks * olen);
  const { iHash, oHash } = hmac.create(hash, prk);
  const T = _recycled ? prk : new Uint8Array(olen);
  const worker = blocks > 1 ? _recycled?.iHash || hash.create() : void 0;
  for (let counter = 0; counter < blocks - 1; counter++) {
    HKDF_COUNTER[0] = counter + 1;
    const iWork = iHash._cloneInto(worker);
    if (counter)
      iWork.update(T);
    iWork.update(info).update(HKDF_COUNTER).digestInto(T);
    oHash._cloneInto(worker).update(T).digestInto(T);
    okm.set(T, olen * counter);
  }
  HKDF_COUNTER[0] = blocks;
  if (blocks > 1)
    iHash.update(T);
  iHash.update(info).update(HKDF_COUNTER).digestInto(T);
  oHash.update(T).digestInto(T);
  okm.set(T, olen * (blocks - 1));
  iHash.destroy();
  oHash.destroy();
  worker?.destroy();
  if (T !== okm)
    clean(T);
  clean(HKDF_COUNTER);
  if (length === okm.length)
    return okm;
  const res = okm.slice(0, length);
  clean(okm);
  return res;
}
__name(expand, "expand");
var hkdf = /* @__PURE__ */ __name((hash, ikm, salt, info, length) => {
  ahash(hash);
  if (salt === void 0)
    salt = new Uint8Array(hash.outputLen);
  const HMAC = hmac.create(hash, salt).update(ikm);
  return expand(hash, HMAC.digest(), info, length, HMAC);
}, "hkdf");

// src/assets/links.ts
function createLinks({ apiKeys, signingSecret }, now) {
  const keys = /* @__PURE__ */ new Map();
  for (const { name, secret } of apiKeys) {
    const key = hkdf(
      sha256,
      utf8ToBytes(signingSecret ?? secret),
      utf8ToBytes("comfygate links"),
      utf8ToBytes(name),
      32
    );
    keys.set(name, [...keys.get(name) ?? [], key]);
  }
  return {
    /** Whether links are signed at all. */
    signed: keys.size > 0,
    /** `path` with a signature that is good until `expiresAt` (ms since 1970); plain where there are no keys. */
    sign(path2, owner, expiresAt2) {
      const key = keys.get(owner)?.[0];
      if (!key) return path2;
      const expires = Math.floor(expiresAt2 / 1e3);
      return `${path2}?owner=${encodeURIComponent(owner)}&expires=${expires}&signature=${signature(key, path2, owner, expires)}`;
    },
    /** The owner who signed this path, or null if the signature is absent, wrong or over. */
    verify(path2, query) {
      const owner = query("owner");
      const expires = Number(query("expires"));
      const given = query("signature");
      if (owner === void 0 || given === void 0 || !(expires * 1e3 > now())) return null;
      const good = keys.get(owner)?.some((key) => sameText(signature(key, path2, owner, expires), given));
      return good ? owner : null;
    }
  };
}
__name(createLinks, "createLinks");
function sameText(a, b) {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let i = 0; i < a.length; i++) different |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return different === 0;
}
__name(sameText, "sameText");
function signature(key, path2, owner, expires) {
  return bytesToHex(hmac(sha256, key, utf8ToBytes(`${path2}
${owner}
${expires}`)));
}
__name(signature, "signature");

// src/http/auth.ts
var EVERYBODY = { owner: "anonymous", admin: true };
var ADMIN = "admin";
function authenticate(apiKeys, links, options = {}) {
  const digests = apiKeys.map(({ name, secret }) => ({ name, digest: digest(secret) }));
  const caller = /* @__PURE__ */ __name((owner) => ({ owner, admin: owner === ADMIN }), "caller");
  function ownerOf(token) {
    const given = digest(token);
    let owner;
    for (const { name, digest: known } of digests) if (sameText(known, given)) owner = name;
    return owner;
  }
  __name(ownerOf, "ownerOf");
  return async (c, next) => {
    if (digests.length === 0) {
      c.set("caller", EVERYBODY);
      return next();
    }
    const header2 = c.req.header("authorization");
    const token = header2 === void 0 ? void 0 : /^Bearer +(\S+) *$/i.exec(header2)?.[1];
    const owner = token && ownerOf(token) || (options.link ? links.verify(c.req.path, (name) => c.req.query(name)) : null);
    if (!owner) throw unauthorized(header2, options.link === true && c.req.query("signature") !== void 0);
    c.set("caller", caller(owner));
    return next();
  };
}
__name(authenticate, "authenticate");
function unauthorized(header2, signed) {
  if (signed) {
    return new GatewayError(
      "unauthorized",
      "This link has expired or was changed. Read the job or asset again for a fresh one."
    );
  }
  return new GatewayError(
    "unauthorized",
    header2 === void 0 ? "This gateway asks for a key: send 'Authorization: Bearer <your key>'." : "The key in 'Authorization' is not valid here. It must read 'Bearer <your key>'."
  );
}
__name(unauthorized, "unauthorized");
function digest(token) {
  return bytesToHex(sha256(utf8ToBytes(token)));
}
__name(digest, "digest");

// src/log.ts
var RANK = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };
function createLog(level, write, now) {
  return (of, event, fields) => {
    if (RANK[of] < RANK[level]) return;
    write(JSON.stringify({ time: new Date(now()).toISOString(), level: of, event, ...fields }));
  };
}
__name(createLog, "createLog");
function causes(error2) {
  const parts = [];
  for (let e = error2; e !== void 0 && parts.length < 5; e = e instanceof Error ? e.cause : void 0) {
    parts.push(e instanceof Error ? e.stack ?? e.message : typeof e === "string" ? e : JSON.stringify(e));
  }
  return parts.join("\ncaused by: ");
}
__name(causes, "causes");

// src/http/errors.ts
function answerError(c, error2, log) {
  const known = error2 instanceof GatewayError;
  const status = known ? error2.status : 500;
  if (status >= 500) {
    const { requestId } = c.var;
    const fields = { request_id: requestId, method: c.req.method, path: c.req.path, error: causes(error2) };
    log(known ? "warn" : "error", "request_failed", fields);
  }
  const headers = { "cache-control": "no-store" };
  if (known && error2.retryAfterSeconds !== void 0)
    headers["retry-after"] = String(error2.retryAfterSeconds);
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="comfygate"';
  if (known && Array.isArray(error2.details?.["allowed_methods"]))
    headers["allow"] = error2.details["allowed_methods"].join(", ");
  return c.json(toEnvelope(error2), status, headers);
}
__name(answerError, "answerError");
function createNotFound(app) {
  const routes = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path: path2 }) => ({
    method,
    pattern: new RegExp(`^${path2.replace(/[.]/g, "\\.").replace(/:[A-Za-z]+/g, "[^/]+")}$`)
  }));
  return (c) => {
    const { path: path2, method } = c.req;
    const allowed = new Set(routes.filter(({ pattern }) => pattern.test(path2)).map((route) => route.method));
    if (allowed.has("GET")) allowed.add("HEAD");
    if (allowed.size === 0) {
      throw new GatewayError(
        "not_found",
        `There is nothing at '${path2.slice(0, 200)}'. GET /docs lists all routes.`
      );
    }
    throw new GatewayError(
      "method_not_allowed",
      `'${path2}' does not take ${method}; it takes ${[...allowed].join(", ")}.`,
      {
        details: { allowed_methods: [...allowed] }
      }
    );
  };
}
__name(createNotFound, "createNotFound");

// src/comfyui/watcher.ts
function startTimer(work, ms) {
  const timer = setTimeout(work, ms);
  timer.unref?.();
  return timer;
}
__name(startTimer, "startTimer");

// src/jobs/backend.ts
var ASK_MS = 1e3;
function backendOf(backends, job) {
  return backends.find(({ key }) => key === job.backendKey) ?? backends.find(({ name }) => name === job.backend);
}
__name(backendOf, "backendOf");
async function byLoad(backends) {
  if (backends.length === 1) return [...backends];
  const loads = await Promise.all(
    backends.map(async (backend) => {
      if (backend.tracker.reachable === false) return { backend, load: Number.MAX_VALUE };
      try {
        return { backend, load: await backend.client.queueRemaining(ASK_MS) };
      } catch {
        return { backend, load: Number.POSITIVE_INFINITY };
      }
    })
  );
  return loads.sort((a, b) => a.load - b.load).map(({ backend }) => backend);
}
__name(byLoad, "byLoad");

// node_modules/zod/v4/core/util.js
var util_exports = {};
__export(util_exports, {
  BIGINT_FORMAT_RANGES: () => BIGINT_FORMAT_RANGES,
  CONSTANT_CATCH: () => CONSTANT_CATCH,
  Class: () => Class,
  NUMBER_FORMAT_RANGES: () => NUMBER_FORMAT_RANGES,
  aborted: () => aborted,
  allowsEval: () => allowsEval,
  assert: () => assert,
  assertEqual: () => assertEqual,
  assertIs: () => assertIs,
  assertNever: () => assertNever,
  assertNotEqual: () => assertNotEqual,
  assignProp: () => assignProp,
  attachSchema: () => attachSchema,
  base64ToUint8Array: () => base64ToUint8Array,
  base64urlToUint8Array: () => base64urlToUint8Array,
  cached: () => cached,
  captureStackTrace: () => captureStackTrace,
  cleanEnum: () => cleanEnum,
  cleanRegex: () => cleanRegex,
  clone: () => clone,
  cloneDef: () => cloneDef,
  codePointLength: () => codePointLength,
  constantCatch: () => constantCatch,
  createTransparentProxy: () => createTransparentProxy,
  defineLazy: () => defineLazy,
  defineLazyInternal: () => defineLazyInternal,
  derived: () => derived,
  esc: () => esc,
  escapeRegex: () => escapeRegex,
  explicitlyAborted: () => explicitlyAborted,
  extend: () => extend,
  finalizeIssue: () => finalizeIssue,
  floatSafeRemainder: () => floatSafeRemainder,
  getElementAtPath: () => getElementAtPath,
  getEnumValues: () => getEnumValues,
  getLengthableOrigin: () => getLengthableOrigin,
  getParsedType: () => getParsedType,
  getSizableOrigin: () => getSizableOrigin,
  hexToUint8Array: () => hexToUint8Array,
  hide: () => hide,
  installLazyProp: () => installLazyProp,
  isObject: () => isObject2,
  isPlainObject: () => isPlainObject,
  issue: () => issue,
  joinValues: () => joinValues,
  jsonStringifyReplacer: () => jsonStringifyReplacer,
  members: () => members,
  merge: () => merge,
  mergeDefs: () => mergeDefs,
  normalizeParams: () => normalizeParams,
  nullish: () => nullish,
  numKeys: () => numKeys,
  objectClone: () => objectClone,
  omit: () => omit,
  optionalKeys: () => optionalKeys,
  own: () => own,
  parsedType: () => parsedType,
  partial: () => partial,
  pick: () => pick,
  prefixIssues: () => prefixIssues,
  primitiveTypes: () => primitiveTypes,
  promiseAllObject: () => promiseAllObject,
  propertyKeyTypes: () => propertyKeyTypes,
  randomString: () => randomString,
  rawShape: () => rawShape,
  required: () => required,
  safeExtend: () => safeExtend,
  shallowClone: () => shallowClone,
  sizeCaps: () => sizeCaps,
  slugify: () => slugify,
  stringifyPrimitive: () => stringifyPrimitive,
  toZod: () => toZod,
  uint8ArrayToBase64: () => uint8ArrayToBase64,
  uint8ArrayToBase64url: () => uint8ArrayToBase64url,
  uint8ArrayToHex: () => uint8ArrayToHex,
  unwrapMessage: () => unwrapMessage
});
function assertEqual(val) {
  return val;
}
__name(assertEqual, "assertEqual");
function assertNotEqual(val) {
  return val;
}
__name(assertNotEqual, "assertNotEqual");
function toZod() {
  return (schema) => schema;
}
__name(toZod, "toZod");
function assertIs(_arg) {
}
__name(assertIs, "assertIs");
function assertNever(_x) {
  throw new Error("Unexpected value in exhaustive check");
}
__name(assertNever, "assertNever");
function assert(_) {
}
__name(assert, "assert");
function getEnumValues(entries) {
  const numericValues = Object.values(entries).filter((v) => typeof v === "number");
  const values = Object.entries(entries).filter(([k, _]) => numericValues.indexOf(+k) === -1).map(([_, v]) => v);
  return values;
}
__name(getEnumValues, "getEnumValues");
function joinValues(array2, separator = "|") {
  return array2.map((val) => stringifyPrimitive(val)).join(separator);
}
__name(joinValues, "joinValues");
function jsonStringifyReplacer(_, value) {
  if (typeof value === "bigint")
    return value.toString();
  return value;
}
__name(jsonStringifyReplacer, "jsonStringifyReplacer");
var Cached = class {
  static {
    __name(this, "Cached");
  }
  constructor(getter) {
    this._getter = getter;
    this._value = void 0;
  }
  get value() {
    const getter = this._getter;
    if (getter !== void 0) {
      this._value = getter();
      this._getter = void 0;
    }
    return this._value;
  }
};
function cached(getter) {
  return new Cached(getter);
}
__name(cached, "cached");
function nullish(input) {
  return input === null || input === void 0;
}
__name(nullish, "nullish");
function cleanRegex(source) {
  const start = source.startsWith("^") ? 1 : 0;
  const end = source.endsWith("$") ? source.length - 1 : source.length;
  return source.slice(start, end);
}
__name(cleanRegex, "cleanRegex");
function floatSafeRemainder(val, step) {
  const ratio = val / step;
  const roundedRatio = Math.round(ratio);
  const tolerance = 4 * Number.EPSILON * Math.max(Math.abs(ratio), 1);
  if (Math.abs(ratio - roundedRatio) < tolerance)
    return 0;
  return ratio - roundedRatio;
}
__name(floatSafeRemainder, "floatSafeRemainder");
var EVALUATING = /* @__PURE__ */ Symbol("evaluating");
function defineLazy(object3, key, getter) {
  let value = void 0;
  Object.defineProperty(object3, key, {
    get() {
      if (value === EVALUATING) {
        return void 0;
      }
      if (value === void 0) {
        value = EVALUATING;
        value = getter();
      }
      return value;
    },
    set(v) {
      Object.defineProperty(object3, key, {
        value: v
        // configurable: true,
      });
    },
    configurable: true
  });
}
__name(defineLazy, "defineLazy");
function objectClone(obj) {
  return Object.create(Object.getPrototypeOf(obj), Object.getOwnPropertyDescriptors(obj));
}
__name(objectClone, "objectClone");
function assignProp(target, prop, value) {
  Object.defineProperty(target, prop, {
    value,
    writable: true,
    enumerable: true,
    configurable: true
  });
}
__name(assignProp, "assignProp");
function rawShape(def) {
  const desc = Object.getOwnPropertyDescriptor(def, "shape");
  return desc?.get ? desc.get.raw : desc?.value;
}
__name(rawShape, "rawShape");
function sourceShape(schema) {
  return rawShape(schema._zod.def) ?? schema._zod.def.shape;
}
__name(sourceShape, "sourceShape");
function deferProp(target, key, getter) {
  Object.defineProperty(target, key, {
    get() {
      const value = getter();
      assignProp(this, key, value);
      return value;
    },
    enumerable: true,
    configurable: true
  });
}
__name(deferProp, "deferProp");
function putProp(target, key, value) {
  if (key in target)
    assignProp(target, key, value);
  else
    target[key] = value;
}
__name(putProp, "putProp");
function mirrorShape(target, source, keys, wrap) {
  const raw2 = sourceShape(source);
  for (const key of keys) {
    const desc = Object.getOwnPropertyDescriptor(raw2, key);
    if (!desc.enumerable)
      continue;
    if (desc.get) {
      deferProp(target, key, () => {
        const value = source._zod.def.shape[key];
        return wrap ? wrap(value, key) : value;
      });
    } else
      putProp(target, key, wrap ? wrap(desc.value, key) : desc.value);
  }
}
__name(mirrorShape, "mirrorShape");
function mirrorProps(target, source) {
  for (const key of Reflect.ownKeys(source)) {
    const desc = Object.getOwnPropertyDescriptor(source, key);
    if (!desc.enumerable)
      continue;
    if (desc.get)
      deferProp(target, key, () => source[key]);
    else
      putProp(target, key, desc.value);
  }
}
__name(mirrorProps, "mirrorProps");
function mergeDefs(...defs) {
  const mergedDescriptors = {};
  for (const def of defs) {
    const descriptors = Object.getOwnPropertyDescriptors(def);
    Object.assign(mergedDescriptors, descriptors);
  }
  return Object.defineProperties({}, mergedDescriptors);
}
__name(mergeDefs, "mergeDefs");
function cloneDef(schema) {
  return mergeDefs(schema._zod.def);
}
__name(cloneDef, "cloneDef");
function getElementAtPath(obj, path2) {
  if (!path2)
    return obj;
  return path2.reduce((acc, key) => acc?.[key], obj);
}
__name(getElementAtPath, "getElementAtPath");
function promiseAllObject(promisesObj) {
  const keys = Object.keys(promisesObj);
  const promises = keys.map((key) => promisesObj[key]);
  return Promise.all(promises).then((results) => {
    const resolvedObj = {};
    for (let i = 0; i < keys.length; i++) {
      resolvedObj[keys[i]] = results[i];
    }
    return resolvedObj;
  });
}
__name(promiseAllObject, "promiseAllObject");
function randomString(length = 10) {
  const chars = "abcdefghijklmnopqrstuvwxyz";
  let str = "";
  for (let i = 0; i < length; i++) {
    str += chars[Math.floor(Math.random() * chars.length)];
  }
  return str;
}
__name(randomString, "randomString");
function esc(str) {
  return JSON.stringify(str);
}
__name(esc, "esc");
function slugify(input) {
  return input.toLowerCase().trim().replace(/[^\w\s-]/g, "").replace(/[\s_-]+/g, "-").replace(/^-+|-+$/g, "");
}
__name(slugify, "slugify");
var captureStackTrace = "captureStackTrace" in Error ? Error.captureStackTrace : (..._args) => {
};
function isObject2(data) {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
__name(isObject2, "isObject");
var allowsEval = /* @__PURE__ */ cached(() => {
  if (globalConfig.jitless) {
    return false;
  }
  if (typeof navigator !== "undefined" && "Cloudflare-Workers"?.includes("Cloudflare")) {
    return false;
  }
  try {
    const F = Function;
    new F("");
    return true;
  } catch (_) {
    return false;
  }
});
function isPlainObject(o) {
  if (isObject2(o) === false)
    return false;
  const ctor = o.constructor;
  if (ctor === void 0)
    return true;
  if (typeof ctor !== "function")
    return true;
  const prot = ctor.prototype;
  if (isObject2(prot) === false)
    return false;
  if (Object.prototype.hasOwnProperty.call(prot, "isPrototypeOf") === false) {
    return false;
  }
  return true;
}
__name(isPlainObject, "isPlainObject");
function shallowClone(o) {
  if (isPlainObject(o))
    return { ...o };
  if (Array.isArray(o))
    return [...o];
  if (o instanceof Map)
    return new Map(o);
  if (o instanceof Set)
    return new Set(o);
  return o;
}
__name(shallowClone, "shallowClone");
function numKeys(data) {
  let keyCount = 0;
  for (const key in data) {
    if (Object.prototype.hasOwnProperty.call(data, key)) {
      keyCount++;
    }
  }
  return keyCount;
}
__name(numKeys, "numKeys");
var getParsedType = /* @__PURE__ */ __name((data) => {
  const t = typeof data;
  switch (t) {
    case "undefined":
      return "undefined";
    case "string":
      return "string";
    case "number":
      return Number.isNaN(data) ? "nan" : "number";
    case "boolean":
      return "boolean";
    case "function":
      return "function";
    case "bigint":
      return "bigint";
    case "symbol":
      return "symbol";
    case "object":
      if (Array.isArray(data)) {
        return "array";
      }
      if (data === null) {
        return "null";
      }
      if (data.then && typeof data.then === "function" && data.catch && typeof data.catch === "function") {
        return "promise";
      }
      if (typeof Map !== "undefined" && data instanceof Map) {
        return "map";
      }
      if (typeof Set !== "undefined" && data instanceof Set) {
        return "set";
      }
      if (typeof Date !== "undefined" && data instanceof Date) {
        return "date";
      }
      if (typeof File !== "undefined" && data instanceof File) {
        return "file";
      }
      return "object";
    default:
      throw new Error(`Unknown data type: ${t}`);
  }
}, "getParsedType");
var propertyKeyTypes = /* @__PURE__ */ new Set(["string", "number", "symbol"]);
var primitiveTypes = /* @__PURE__ */ new Set([
  "string",
  "number",
  "bigint",
  "boolean",
  "symbol",
  "undefined"
]);
function escapeRegex(str) {
  return str.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
__name(escapeRegex, "escapeRegex");
function clone(inst, def, params) {
  const cl = new inst._zod.constr(def ?? inst._zod.def);
  if (!def || params?.parent)
    cl._zod.parent = inst;
  return cl;
}
__name(clone, "clone");
function normalizeParams(_params) {
  const params = _params;
  if (!params)
    return {};
  if (typeof params === "string")
    return { error: /* @__PURE__ */ __name(() => params, "error") };
  if (params?.message !== void 0) {
    if (params?.error !== void 0)
      throw new Error("Cannot specify both `message` and `error` params");
    params.error = params.message;
  }
  delete params.message;
  if (typeof params.error === "string")
    return { ...params, error: /* @__PURE__ */ __name(() => params.error, "error") };
  return params;
}
__name(normalizeParams, "normalizeParams");
function createTransparentProxy(getter) {
  let target;
  return new Proxy({}, {
    get(_, prop, receiver) {
      target ?? (target = getter());
      return Reflect.get(target, prop, receiver);
    },
    set(_, prop, value, receiver) {
      target ?? (target = getter());
      return Reflect.set(target, prop, value, receiver);
    },
    has(_, prop) {
      target ?? (target = getter());
      return Reflect.has(target, prop);
    },
    deleteProperty(_, prop) {
      target ?? (target = getter());
      return Reflect.deleteProperty(target, prop);
    },
    ownKeys(_) {
      target ?? (target = getter());
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(_, prop) {
      target ?? (target = getter());
      return Reflect.getOwnPropertyDescriptor(target, prop);
    },
    defineProperty(_, prop, descriptor) {
      target ?? (target = getter());
      return Reflect.defineProperty(target, prop, descriptor);
    }
  });
}
__name(createTransparentProxy, "createTransparentProxy");
function stringifyPrimitive(value) {
  if (typeof value === "bigint")
    return value.toString() + "n";
  if (typeof value === "string")
    return `"${value}"`;
  return `${value}`;
}
__name(stringifyPrimitive, "stringifyPrimitive");
function optionalKeys(shape) {
  return Object.keys(shape).filter((k) => {
    return shape[k]._zod.optin !== void 0 && shape[k]._zod.optout === "optional";
  });
}
__name(optionalKeys, "optionalKeys");
var NUMBER_FORMAT_RANGES = /* @__PURE__ */ (() => ({
  safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
  float32: [-34028234663852886e22, 34028234663852886e22],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE]
}))();
var BIGINT_FORMAT_RANGES = {
  int64: [/* @__PURE__ */ BigInt("-9223372036854775808"), /* @__PURE__ */ BigInt("9223372036854775807")],
  uint64: [/* @__PURE__ */ BigInt(0), /* @__PURE__ */ BigInt("18446744073709551615")]
};
function pick(schema, mask) {
  const currDef = schema._zod.def;
  const checks = currDef.checks;
  const hasChecks = checks && checks.length > 0;
  if (hasChecks) {
    throw new Error(".pick() cannot be used on object schemas containing refinements");
  }
  const newShape = {};
  mirrorShape(newShape, schema, maskedKeys(schema, mask));
  return clone(schema, mergeDefs(currDef, { shape: newShape, checks: [] }));
}
__name(pick, "pick");
function maskedKeys(schema, mask) {
  const raw2 = sourceShape(schema);
  const keys = [];
  for (const key of Reflect.ownKeys(mask)) {
    if (!Object.getOwnPropertyDescriptor(raw2, key)?.enumerable) {
      throw new Error(`Unrecognized key: "${String(key)}"`);
    }
    if (mask[key])
      keys.push(key);
  }
  return keys;
}
__name(maskedKeys, "maskedKeys");
function omit(schema, mask) {
  const currDef = schema._zod.def;
  const checks = currDef.checks;
  const hasChecks = checks && checks.length > 0;
  if (hasChecks) {
    throw new Error(".omit() cannot be used on object schemas containing refinements");
  }
  const omitted = new Set(maskedKeys(schema, mask));
  const newShape = {};
  mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)).filter((key) => !omitted.has(key)));
  return clone(schema, mergeDefs(currDef, { shape: newShape, checks: [] }));
}
__name(omit, "omit");
function extend(schema, shape) {
  if (!isPlainObject(shape)) {
    throw new Error("Invalid input to extend: expected a plain object");
  }
  const checks = schema._zod.def.checks;
  const hasChecks = checks && checks.length > 0;
  if (hasChecks) {
    const existingShape = sourceShape(schema);
    for (const key of Reflect.ownKeys(shape)) {
      if (Object.getOwnPropertyDescriptor(existingShape, key) !== void 0) {
        throw new Error("Cannot overwrite keys on object schemas containing refinements. Use `.safeExtend()` instead.");
      }
    }
  }
  return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
__name(extend, "extend");
function extended(schema, shape) {
  const newShape = {};
  mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)));
  mirrorProps(newShape, shape);
  return newShape;
}
__name(extended, "extended");
function safeExtend(schema, shape) {
  if (!isPlainObject(shape)) {
    throw new Error("Invalid input to safeExtend: expected a plain object");
  }
  return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
__name(safeExtend, "safeExtend");
function merge(a, b) {
  if (!b?._zod?.def) {
    throw new Error("Invalid input to merge: expected an object schema. To merge a plain shape, use `.extend()`.");
  }
  if (a._zod.def.checks?.length) {
    throw new Error(".merge() cannot be used on object schemas containing refinements. Use .safeExtend() instead.");
  }
  const newShape = {};
  mirrorShape(newShape, a, Reflect.ownKeys(sourceShape(a)));
  mirrorShape(newShape, b, Reflect.ownKeys(sourceShape(b)));
  const def = mergeDefs(a._zod.def, {
    shape: newShape,
    get catchall() {
      return b._zod.def.catchall;
    },
    checks: b._zod.def.checks ?? []
  });
  return clone(a, def);
}
__name(merge, "merge");
function partial(Class2, schema, mask, name = "partial") {
  const currDef = schema._zod.def;
  const checks = currDef.checks;
  const hasChecks = checks && checks.length > 0;
  if (hasChecks) {
    throw new Error(`.${name}() cannot be used on object schemas containing refinements`);
  }
  const selected = mask ? new Set(maskedKeys(schema, mask)) : void 0;
  const newShape = {};
  mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), Class2 && ((value, key) => selected && !selected.has(key) ? value : new Class2({ type: "optional", innerType: value })));
  return clone(schema, mergeDefs(schema._zod.def, { shape: newShape, checks: [] }));
}
__name(partial, "partial");
function required(Class2, schema, mask) {
  const selected = mask ? new Set(maskedKeys(schema, mask)) : void 0;
  const newShape = {};
  mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), (value, key) => (
    // overwrite with non-optional
    selected && !selected.has(key) ? value : new Class2({ type: "nonoptional", innerType: value })
  ));
  return clone(schema, mergeDefs(schema._zod.def, { shape: newShape }));
}
__name(required, "required");
function aborted(x, startIndex = 0) {
  if (x.aborted === true)
    return true;
  for (let i = startIndex; i < x.issues.length; i++) {
    if (x.issues[i]?.continue !== true) {
      return true;
    }
  }
  return false;
}
__name(aborted, "aborted");
function explicitlyAborted(x, startIndex = 0) {
  if (x.aborted === true)
    return true;
  for (let i = startIndex; i < x.issues.length; i++) {
    if (x.issues[i]?.continue === false) {
      return true;
    }
  }
  return false;
}
__name(explicitlyAborted, "explicitlyAborted");
function prefixIssues(path2, issues) {
  return issues.map((iss) => {
    var _a3;
    (_a3 = iss).path ?? (_a3.path = []);
    iss.path.unshift(path2);
    return iss;
  });
}
__name(prefixIssues, "prefixIssues");
function unwrapMessage(message) {
  return typeof message === "string" ? message : message?.message;
}
__name(unwrapMessage, "unwrapMessage");
function sizeCaps(defChecks) {
  const caps = [];
  for (const ch of defChecks ?? []) {
    const d = ch._zod.def;
    if (!/_(length|size)$|_equals$/.test(d.check))
      break;
    const max = d.maximum ?? d.length ?? d.size;
    if (max >= 0)
      caps.push([max, ch]);
  }
  return caps;
}
__name(sizeCaps, "sizeCaps");
function attachSchema(issues, start, inst) {
  var _a3;
  for (let i = start; i < issues.length; i++) {
    (_a3 = issues[i]).schema ?? (_a3.schema = inst);
  }
}
__name(attachSchema, "attachSchema");
function finalizeIssue(iss, ctx, config2) {
  var _a3;
  const traits = iss.inst?._zod?.traits;
  if (traits?.has("$ZodType")) {
    if (traits.has("$ZodCheck"))
      (_a3 = iss).schema ?? (_a3.schema = iss.inst);
    else
      iss.schema = iss.inst;
  }
  const schemaError = iss.schema !== iss.inst ? iss.schema?._zod.def?.error : void 0;
  const message = iss.message ? iss.message : unwrapMessage(iss.inst?._zod.def?.error?.(iss)) ?? unwrapMessage(schemaError?.(iss)) ?? unwrapMessage(ctx?.error?.(iss)) ?? unwrapMessage(config2.customError?.(iss)) ?? unwrapMessage(config2.localeError?.(iss)) ?? "Invalid input";
  const full = {};
  for (const k of Object.keys(iss)) {
    if (k === "inst" || k === "schema" || k === "continue" || k === "input" || k === "__proto__")
      continue;
    full[k] = iss[k];
  }
  full.path ?? (full.path = []);
  full.message = message;
  if (ctx?.reportInput) {
    full.input = iss.input;
  }
  return full;
}
__name(finalizeIssue, "finalizeIssue");
function getSizableOrigin(input) {
  if (input instanceof Set)
    return "set";
  if (input instanceof Map)
    return "map";
  if (input instanceof File)
    return "file";
  return "unknown";
}
__name(getSizableOrigin, "getSizableOrigin");
var highSurrogate = /[\uD800-\uDBFF]/;
function codePointLength(str) {
  const units = str.length;
  if (!highSurrogate.test(str))
    return units;
  let count = units;
  for (let i = 0; i < units - 1; i++) {
    if ((str.charCodeAt(i) & 64512) === 55296 && (str.charCodeAt(i + 1) & 64512) === 56320) {
      count--;
      i++;
    }
  }
  return count;
}
__name(codePointLength, "codePointLength");
function getLengthableOrigin(input) {
  if (Array.isArray(input))
    return "array";
  if (typeof input === "string")
    return "string";
  return "unknown";
}
__name(getLengthableOrigin, "getLengthableOrigin");
function parsedType(data) {
  const t = typeof data;
  switch (t) {
    case "number": {
      return Number.isNaN(data) ? "nan" : "number";
    }
    case "object": {
      if (data === null) {
        return "null";
      }
      if (Array.isArray(data)) {
        return "array";
      }
      const obj = data;
      if (obj && Object.getPrototypeOf(obj) !== Object.prototype && "constructor" in obj && obj.constructor) {
        return obj.constructor.name;
      }
    }
  }
  return t;
}
__name(parsedType, "parsedType");
function issue(...args) {
  const [iss, input, inst] = args;
  if (typeof iss === "string") {
    return {
      message: iss,
      code: "custom",
      input,
      inst
    };
  }
  return { ...iss };
}
__name(issue, "issue");
function cleanEnum(obj) {
  return Object.entries(obj).filter(([k, _]) => {
    return Number.isNaN(Number.parseInt(k, 10));
  }).map((el) => el[1]);
}
__name(cleanEnum, "cleanEnum");
function base64ToUint8Array(base642) {
  const binaryString = atob(base642);
  const bytes = new Uint8Array(binaryString.length);
  for (let i = 0; i < binaryString.length; i++) {
    bytes[i] = binaryString.charCodeAt(i);
  }
  return bytes;
}
__name(base64ToUint8Array, "base64ToUint8Array");
function uint8ArrayToBase64(bytes) {
  let binaryString = "";
  for (let i = 0; i < bytes.length; i++) {
    binaryString += String.fromCharCode(bytes[i]);
  }
  return btoa(binaryString);
}
__name(uint8ArrayToBase64, "uint8ArrayToBase64");
function base64urlToUint8Array(base64url2) {
  const base642 = base64url2.replace(/-/g, "+").replace(/_/g, "/");
  const padding = "=".repeat((4 - base642.length % 4) % 4);
  return base64ToUint8Array(base642 + padding);
}
__name(base64urlToUint8Array, "base64urlToUint8Array");
function uint8ArrayToBase64url(bytes) {
  return uint8ArrayToBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}
__name(uint8ArrayToBase64url, "uint8ArrayToBase64url");
function hexToUint8Array(hex) {
  const cleanHex = hex.replace(/^0x/, "");
  if (cleanHex.length % 2 !== 0) {
    throw new Error("Invalid hex string length");
  }
  const bytes = new Uint8Array(cleanHex.length / 2);
  for (let i = 0; i < cleanHex.length; i += 2) {
    bytes[i / 2] = Number.parseInt(cleanHex.slice(i, i + 2), 16);
  }
  return bytes;
}
__name(hexToUint8Array, "hexToUint8Array");
function uint8ArrayToHex(bytes) {
  return Array.from(bytes).map((b) => b.toString(16).padStart(2, "0")).join("");
}
__name(uint8ArrayToHex, "uint8ArrayToHex");
var Class = class {
  static {
    __name(this, "Class");
  }
  constructor(..._args) {
  }
};
function members(proto, table) {
  for (const key in table) {
    const desc = Object.getOwnPropertyDescriptor(table, key);
    if (desc.get)
      Object.defineProperty(proto, key, { ...desc, enumerable: false });
    else
      defineBound(proto, key, desc.value);
  }
}
__name(members, "members");
function own(inst, key, value, enumerable = true) {
  Object.defineProperty(inst, key, { configurable: true, writable: true, enumerable, value });
  return value;
}
__name(own, "own");
function hide(inst, key, value) {
  return own(inst, key, value, false);
}
__name(hide, "hide");
// @__NO_SIDE_EFFECTS__
function derived(computes, table) {
  for (const key in computes) {
    const compute = computes[key];
    Object.defineProperty(table, key, {
      configurable: true,
      enumerable: true,
      get() {
        return own(this, key, compute(this));
      },
      set(value) {
        own(this, key, value);
      }
    });
  }
  return table;
}
__name(derived, "derived");
function defineBound(proto, key, fn) {
  Object.defineProperty(proto, key, {
    configurable: true,
    get() {
      return this == null ? fn : own(this, key, fn.bind(this));
    },
    set(value) {
      own(this, key, value);
    }
  });
}
__name(defineBound, "defineBound");
function claim(inst, sentinel) {
  const proto = Object.getPrototypeOf(inst);
  return sentinel in proto ? void 0 : proto;
}
__name(claim, "claim");
var installing;
var broke = false;
var breaker = {
  configurable: true,
  get() {
    broke = true;
    return void 0;
  }
};
function defineLazyInternal(inst, key, compute) {
  const proto = Object.getPrototypeOf(inst._zod);
  if (key in proto && installing !== inst._zod) {
    installing = void 0;
    return;
  }
  installing = inst._zod;
  Object.defineProperty(proto, key, {
    configurable: true,
    get() {
      Object.defineProperty(this, key, breaker);
      const outer = broke;
      broke = false;
      try {
        const value = compute(this);
        if (broke)
          delete this[key];
        else
          Object.defineProperty(this, key, { configurable: true, writable: true, value });
        broke = broke || outer;
        return value;
      } catch (err) {
        delete this[key];
        broke = broke || outer;
        throw err;
      }
    },
    set(value) {
      Object.defineProperty(this, key, { configurable: true, writable: true, value });
    }
  });
}
__name(defineLazyInternal, "defineLazyInternal");
function installLazyProp(inst, key, make, enumerable) {
  const proto = claim(inst, key);
  if (!proto)
    return;
  Object.defineProperty(proto, key, {
    configurable: true,
    get() {
      const desc = { configurable: true, writable: true, enumerable, value: void 0 };
      Object.defineProperty(this, key, desc);
      desc.value = make(this);
      Object.defineProperty(this, key, desc);
      return desc.value;
    },
    set(value) {
      Object.defineProperty(this, key, { configurable: true, writable: true, enumerable, value });
    }
  });
}
__name(installLazyProp, "installLazyProp");
var CONSTANT_CATCH = "~constantCatch";
function constantCatch(value) {
  const fn = /* @__PURE__ */ __name(() => value, "fn");
  fn[CONSTANT_CATCH] = true;
  return fn;
}
__name(constantCatch, "constantCatch");

// node_modules/zod/v4/core/core.js
var _a;
var _zodDesc = { value: void 0, enumerable: false };
var _E = "captureStackTrace" in Error ? Error : null;
function newError(Definition) {
  const E = _E;
  if (E) {
    const saved = E.stackTraceLimit;
    if (typeof saved === "number") {
      try {
        E.stackTraceLimit = 0;
      } catch {
        _E = null;
        return new Definition();
      }
      try {
        return new Definition();
      } finally {
        E.stackTraceLimit = saved;
      }
    }
  }
  return new Definition();
}
__name(newError, "newError");
// @__NO_SIDE_EFFECTS__
function $constructor(name, initializer3, proto, params) {
  const zodProto = {};
  function Internals(def) {
    this.def = def;
    this.constr = _;
    this.traits = /* @__PURE__ */ new Set();
  }
  __name(Internals, "Internals");
  Internals.prototype = zodProto;
  const protoMembers = proto;
  const initialized = protoMembers && /* @__PURE__ */ new WeakSet();
  function init(inst, def) {
    if (!inst._zod) {
      _zodDesc.value = new Internals(def);
      try {
        Object.defineProperty(inst, "_zod", _zodDesc);
      } finally {
        _zodDesc.value = void 0;
      }
    } else if (inst._zod.traits.has(name)) {
      return;
    }
    inst._zod.traits.add(name);
    initializer3(inst, def);
    if (initialized) {
      const own3 = Object.getPrototypeOf(inst);
      const ctorProto = inst._zod.constr.prototype;
      let up = own3;
      while (up && up !== ctorProto)
        up = Object.getPrototypeOf(up);
      const target = up ?? own3;
      if (!initialized.has(target)) {
        initialized.add(target);
        members(target, protoMembers);
      }
    }
    const proto2 = _.prototype;
    for (const k in proto2) {
      if (!Object.prototype.hasOwnProperty.call(proto2, k))
        continue;
      if (!(k in inst)) {
        inst[k] = proto2[k].bind(inst);
      }
    }
  }
  __name(init, "init");
  const Parent = params?.Parent ?? Object;
  class Definition extends Parent {
    static {
      __name(this, "Definition");
    }
  }
  Object.defineProperty(Definition, "name", { value: name });
  function _(def) {
    const inst = params?.Parent ? newError(Definition) : this;
    init(inst, def);
    const deferred = inst._zod.deferred;
    if (deferred) {
      for (const fn of deferred) {
        fn();
      }
      inst._zod.deferred = void 0;
    }
    const pp = globalThis.__zod_globalConfig?.postProcessor;
    if (pp)
      pp(inst);
    return inst;
  }
  __name(_, "_");
  Object.defineProperty(_, "init", { value: init });
  Object.defineProperty(_, Symbol.hasInstance, {
    value: /* @__PURE__ */ __name((inst) => {
      if (params?.Parent && inst instanceof params.Parent)
        return true;
      return inst?._zod?.traits?.has(name);
    }, "value")
  });
  Object.defineProperty(_, "name", { value: name });
  return _;
}
__name($constructor, "$constructor");
var $ZodAsyncError = class extends Error {
  static {
    __name(this, "$ZodAsyncError");
  }
  constructor() {
    super(`Encountered Promise during synchronous parse. Use .parseAsync() instead.`);
  }
};
var $ZodEncodeError = class extends Error {
  static {
    __name(this, "$ZodEncodeError");
  }
  constructor(name) {
    super(`Encountered unidirectional transform during encode: ${name}`);
    this.name = "ZodEncodeError";
  }
};
(_a = globalThis).__zod_globalConfig ?? (_a.__zod_globalConfig = {});
var globalConfig = globalThis.__zod_globalConfig;
function config(newConfig) {
  if (newConfig)
    Object.assign(globalConfig, newConfig);
  return globalConfig;
}
__name(config, "config");

// node_modules/zod/v4/core/errors.js
function _getMessage() {
  const internals = this._zod;
  internals.message ?? (internals.message = JSON.stringify(internals.def, jsonStringifyReplacer, 2));
  return internals.message;
}
__name(_getMessage, "_getMessage");
function _setMessage(value) {
  this._zod.message = value;
}
__name(_setMessage, "_setMessage");
var _messageDesc = {
  get: _getMessage,
  set: _setMessage,
  enumerable: true,
  configurable: true
};
var _issuesDesc = { value: void 0, enumerable: false };
var _installedToString = /* @__PURE__ */ new WeakSet([Object.prototype, Error.prototype]);
var initializer = /* @__PURE__ */ __name((inst, def) => {
  inst.name = "$ZodError";
  _issuesDesc.value = def;
  Object.defineProperty(inst, "issues", _issuesDesc);
  _issuesDesc.value = void 0;
  Object.defineProperty(inst, "message", _messageDesc);
  const proto = Object.getPrototypeOf(inst);
  if (!_installedToString.has(proto)) {
    _installedToString.add(proto);
    Object.defineProperty(proto, "toString", {
      configurable: true,
      enumerable: false,
      get() {
        const value = /* @__PURE__ */ __name(() => this.message, "value");
        Object.defineProperty(this, "toString", { value, configurable: true, writable: true });
        return value;
      },
      set(value) {
        Object.defineProperty(this, "toString", { value, configurable: true, writable: true });
      }
    });
  }
}, "initializer");
var $ZodError = $constructor("$ZodError", initializer);
var $ZodRealError = $constructor("$ZodError", initializer, void 0, {
  Parent: Error
});
function node(obj, key, make) {
  if (!Object.prototype.hasOwnProperty.call(obj, key)) {
    if (key === "__proto__") {
      Object.defineProperty(obj, key, { value: make(), writable: true, enumerable: true, configurable: true });
    } else {
      obj[key] = make();
    }
  }
  return obj[key];
}
__name(node, "node");
function flattenError(error2, mapper = (issue2) => issue2.message) {
  const fieldErrors = {};
  const formErrors = [];
  for (const sub of error2.issues) {
    if (sub.path.length > 0) {
      node(fieldErrors, sub.path[0], () => []).push(mapper(sub));
    } else {
      formErrors.push(mapper(sub));
    }
  }
  return { formErrors, fieldErrors };
}
__name(flattenError, "flattenError");
function formatError(error2, mapper = (issue2) => issue2.message) {
  const fieldErrors = { _errors: [] };
  const processError = /* @__PURE__ */ __name((error3, path2 = []) => {
    for (const issue2 of error3.issues) {
      if (issue2.code === "invalid_union" && issue2.errors.length) {
        issue2.errors.map((issues) => processError({ issues }, [...path2, ...issue2.path]));
      } else if (issue2.code === "invalid_key") {
        processError({ issues: issue2.issues }, [...path2, ...issue2.path]);
      } else if (issue2.code === "invalid_element") {
        processError({ issues: issue2.issues }, [...path2, ...issue2.path]);
      } else {
        const fullpath = [...path2, ...issue2.path];
        if (fullpath.length === 0) {
          fieldErrors._errors.push(mapper(issue2));
        } else {
          let curr = fieldErrors;
          let i = 0;
          while (i < fullpath.length) {
            const el = fullpath[i];
            const terminal = i === fullpath.length - 1;
            if (el === "_errors") {
              if (terminal)
                curr._errors.push(mapper(issue2));
              i++;
              continue;
            }
            if (!Object.prototype.hasOwnProperty.call(curr, el)) {
              Object.defineProperty(curr, el, {
                value: { _errors: [] },
                enumerable: true,
                writable: true,
                configurable: true
              });
            }
            const node2 = curr[el];
            if (terminal) {
              node2._errors.push(mapper(issue2));
            }
            curr = node2;
            i++;
          }
        }
      }
    }
  }, "processError");
  processError(error2);
  return fieldErrors;
}
__name(formatError, "formatError");

// node_modules/zod/v4/core/parse.js
function finalizeParams(callee, params) {
  return { callee: params?.callee ?? callee, Err: params?.Err };
}
__name(finalizeParams, "finalizeParams");
var _parse = /* @__PURE__ */ __name((_Err) => {
  const fn = /* @__PURE__ */ __name((schema, value, _ctx, _params) => {
    const ctx = _ctx ? { ..._ctx, async: false } : { async: false };
    const result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise) {
      throw new $ZodAsyncError();
    }
    if (result.issues.length) {
      const e = new (_params?.Err ?? _Err)(result.issues.map((iss) => finalizeIssue(iss, ctx, config())));
      captureStackTrace(e, _params?.callee ?? fn);
      throw e;
    }
    return result.value;
  }, "fn");
  return fn;
}, "_parse");
var _parseAsync = /* @__PURE__ */ __name((_Err) => {
  const fn = /* @__PURE__ */ __name(async (schema, value, _ctx, params) => {
    const ctx = _ctx ? { ..._ctx, async: true } : { async: true };
    let result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise)
      result = await result;
    if (result.issues.length) {
      const e = new (params?.Err ?? _Err)(result.issues.map((iss) => finalizeIssue(iss, ctx, config())));
      captureStackTrace(e, params?.callee ?? fn);
      throw e;
    }
    return result.value;
  }, "fn");
  return fn;
}, "_parseAsync");
var _safeParse = /* @__PURE__ */ __name((_Err) => (schema, value, _ctx) => {
  const ctx = _ctx ? { ..._ctx, async: false } : { async: false };
  const result = schema._zod.run({ value, issues: [] }, ctx);
  if (result instanceof Promise) {
    throw new $ZodAsyncError();
  }
  return result.issues.length ? failure(_Err, result.issues, ctx) : { success: true, data: result.value };
}, "_safeParse");
function failure(Err, issues, ctx) {
  let error2;
  return {
    success: false,
    get error() {
      if (!error2) {
        error2 = new Err(issues.map((iss) => finalizeIssue(iss, ctx, config())));
        issues = void 0;
        ctx = void 0;
      }
      return error2;
    },
    set error(e) {
      error2 = e;
      issues = void 0;
      ctx = void 0;
    }
  };
}
__name(failure, "failure");
var _safeParseAsync = /* @__PURE__ */ __name((_Err) => async (schema, value, _ctx) => {
  const ctx = _ctx ? { ..._ctx, async: true } : { async: true };
  let result = schema._zod.run({ value, issues: [] }, ctx);
  if (result instanceof Promise)
    result = await result;
  return result.issues.length ? failure(_Err, result.issues, ctx) : { success: true, data: result.value };
}, "_safeParseAsync");
var COMPILE_INVALID = /* @__PURE__ */ Symbol.for("zod.compile.invalid");
var COMPILE_FALLBACK = /* @__PURE__ */ Symbol.for("zod.compile.fallback");
var validate2 = /* @__PURE__ */ __name(((schema, value, _ctx) => {
  const validator = schema._zod.bag.validator;
  if (validator !== void 0) {
    if (validator(value) !== COMPILE_INVALID)
      return true;
    if (validator.definite === true && _ctx === void 0)
      return false;
  }
  return validateFallback(schema, value, _ctx);
}), "validate");
function validateFallback(schema, value, _ctx) {
  const ctx = _ctx ? { ..._ctx, async: false, abortEarly: true } : { async: false, abortEarly: true };
  const fallbackRun = schema._zod.bag.fallbackRun;
  let result;
  if (fallbackRun) {
    ctx[COMPILE_FALLBACK] = true;
    result = fallbackRun({ value, issues: [] }, ctx);
  } else {
    result = schema._zod.run({ value, issues: [] }, ctx);
  }
  if (result instanceof Promise) {
    throw new $ZodAsyncError();
  }
  return result.issues.length === 0;
}
__name(validateFallback, "validateFallback");
var validateAsync = /* @__PURE__ */ __name(async (schema, value, _ctx) => {
  const ctx = _ctx ? { ..._ctx, async: true, abortEarly: true } : { async: true, abortEarly: true };
  let result = schema._zod.run({ value, issues: [] }, ctx);
  if (result instanceof Promise)
    result = await result;
  return result.issues.length === 0;
}, "validateAsync");
var _encode = /* @__PURE__ */ __name((_Err) => {
  const parse5 = _parse(_Err);
  const fn = /* @__PURE__ */ __name((schema, value, _ctx, _params) => {
    const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
    return parse5(schema, value, ctx, finalizeParams(fn, _params));
  }, "fn");
  return fn;
}, "_encode");
var _decode = /* @__PURE__ */ __name((_Err) => {
  const parse5 = _parse(_Err);
  const fn = /* @__PURE__ */ __name((schema, value, _ctx, _params) => {
    return parse5(schema, value, _ctx, finalizeParams(fn, _params));
  }, "fn");
  return fn;
}, "_decode");
var _encodeAsync = /* @__PURE__ */ __name((_Err) => {
  const parseAsync2 = _parseAsync(_Err);
  const fn = /* @__PURE__ */ __name(async (schema, value, _ctx, _params) => {
    const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
    return await parseAsync2(schema, value, ctx, finalizeParams(fn, _params));
  }, "fn");
  return fn;
}, "_encodeAsync");
var _decodeAsync = /* @__PURE__ */ __name((_Err) => {
  const parseAsync2 = _parseAsync(_Err);
  const fn = /* @__PURE__ */ __name(async (schema, value, _ctx, _params) => {
    return await parseAsync2(schema, value, _ctx, finalizeParams(fn, _params));
  }, "fn");
  return fn;
}, "_decodeAsync");
var _safeEncode = /* @__PURE__ */ __name((_Err) => (schema, value, _ctx) => {
  const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
  return _safeParse(_Err)(schema, value, ctx);
}, "_safeEncode");
var _safeDecode = /* @__PURE__ */ __name((_Err) => (schema, value, _ctx) => {
  return _safeParse(_Err)(schema, value, _ctx);
}, "_safeDecode");
var _safeEncodeAsync = /* @__PURE__ */ __name((_Err) => async (schema, value, _ctx) => {
  const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
  return _safeParseAsync(_Err)(schema, value, ctx);
}, "_safeEncodeAsync");
var _safeDecodeAsync = /* @__PURE__ */ __name((_Err) => async (schema, value, _ctx) => {
  return _safeParseAsync(_Err)(schema, value, _ctx);
}, "_safeDecodeAsync");

// node_modules/zod/v4/core/regexes.js
var cuid = /^[cC][0-9a-z]{6,}$/;
var cuid2 = /^[0-9a-z]+$/;
var ulid = /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;
var xid = /^[0-9a-vA-V]{20}$/;
var ksuid = /^[A-Za-z0-9]{27}$/;
var nanoid = /^[a-zA-Z0-9_-]{21}$/;
function nanoidOfLength(length) {
  return new RegExp(`^[a-zA-Z0-9_-]{${length}}$`);
}
__name(nanoidOfLength, "nanoidOfLength");
var duration = /^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$/;
var guid = /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$/;
var uuid = /* @__PURE__ */ __name((version3) => {
  if (!version3)
    return /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$/;
  return new RegExp(`^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-${version3}[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$`);
}, "uuid");
var email = /^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$/;
var _emoji = `^(?=[\\s\\S]*[\\p{Extended_Pictographic}\\p{Regional_Indicator}\\u20E3])[\\p{Extended_Pictographic}\\p{Emoji_Component}]+$`;
function emoji() {
  return new RegExp(_emoji, "u");
}
__name(emoji, "emoji");
var ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$/;
var ipv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))$/;
var cidrv4 = /^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\/([0-9]|[1-2][0-9]|3[0-2])$/;
var cidrv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))\/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$/;
var base64 = /^$|^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$/;
var base64url = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;
var httpProtocol = /^https?$/;
var e164 = /^\+[1-9]\d{6,14}$/;
var dateSource = `(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))`;
function anchor(source) {
  return new RegExp(`^${source}$`);
}
__name(anchor, "anchor");
var date = /* @__PURE__ */ anchor(dateSource);
function timeSource(args) {
  const hhmm = `(?:[01]\\d|2[0-3]):[0-5]\\d`;
  const regex = typeof args.precision === "number" ? args.precision === -1 ? `${hhmm}` : args.precision === 0 ? `${hhmm}:[0-5]\\d` : `${hhmm}:[0-5]\\d\\.\\d{${args.precision}}` : args.seconds ? `${hhmm}:[0-5]\\d(?:\\.\\d+)?` : `${hhmm}(?::[0-5]\\d(?:\\.\\d+)?)?`;
  return regex;
}
__name(timeSource, "timeSource");
function time(args) {
  return new RegExp(`^${timeSource(args)}$`);
}
__name(time, "time");
function datetime(args) {
  const opts = ["Z"];
  if (args.offset)
    opts.push(`([+-](?:[01]\\d|2[0-3]):[0-5]\\d)`);
  const qualified = `${timeSource({ precision: args.precision, seconds: true })}(?:${opts.join("|")})`;
  const timeRegex = args.local ? `${qualified}|${timeSource({ precision: args.precision })}` : qualified;
  return new RegExp(`^${dateSource}T(?:${timeRegex})$`);
}
__name(datetime, "datetime");
var anyString = /^[\s\S]{0,}$/;
var integer = /^-?\d+$/;
var number = /^-?\d+(?:\.\d+)?$/;
var boolean = /^(?:true|false)$/i;
var _null = /^null$/i;
var lowercase = /^[^A-Z]*$/;
var uppercase = /^[^a-z]*$/;

// node_modules/zod/v4/core/checks.js
var $ZodCheck = /* @__PURE__ */ $constructor("$ZodCheck", (inst, def) => {
  var _a3;
  inst._zod ?? (inst._zod = {});
  inst._zod.def = def;
  (_a3 = inst._zod).onattach ?? (_a3.onattach = []);
});
var _whenHasLength = /* @__PURE__ */ __name((payload) => {
  const val = payload.value;
  return !nullish(val) && val.length !== void 0;
}, "_whenHasLength");
var numericOriginMap = {
  number: "number",
  bigint: "bigint",
  object: "date"
};
var $ZodCheckLessThan = /* @__PURE__ */ $constructor("$ZodCheckLessThan", (inst, def) => {
  $ZodCheck.init(inst, def);
  const origin = numericOriginMap[typeof def.value];
  inst._zod.check = (payload) => {
    if (def.inclusive ? payload.value <= def.value : payload.value < def.value) {
      return;
    }
    payload.issues.push({
      origin: numericOriginMap[typeof payload.value] ?? origin,
      code: "too_big",
      maximum: typeof def.value === "object" ? def.value.getTime() : def.value,
      input: payload.value,
      inclusive: def.inclusive,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckGreaterThan = /* @__PURE__ */ $constructor("$ZodCheckGreaterThan", (inst, def) => {
  $ZodCheck.init(inst, def);
  const origin = numericOriginMap[typeof def.value];
  inst._zod.check = (payload) => {
    if (def.inclusive ? payload.value >= def.value : payload.value > def.value) {
      return;
    }
    payload.issues.push({
      origin: numericOriginMap[typeof payload.value] ?? origin,
      code: "too_small",
      minimum: typeof def.value === "object" ? def.value.getTime() : def.value,
      input: payload.value,
      inclusive: def.inclusive,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckMultipleOf = /* @__PURE__ */ $constructor("$ZodCheckMultipleOf", (inst, def) => {
  $ZodCheck.init(inst, def);
  inst._zod.check = (payload) => {
    if (typeof payload.value !== typeof def.value)
      throw new Error("Cannot mix number and bigint in multiple_of check.");
    const isMultiple = typeof payload.value === "bigint" ? (
      // `value % 0n` throws, and nothing is a multiple of zero — the number branch already fails this way via NaN
      def.value !== BigInt(0) && payload.value % def.value === BigInt(0)
    ) : floatSafeRemainder(payload.value, def.value) === 0;
    if (isMultiple)
      return;
    payload.issues.push({
      origin: typeof payload.value,
      code: "not_multiple_of",
      divisor: def.value,
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckNumberFormat = /* @__PURE__ */ $constructor("$ZodCheckNumberFormat", (inst, def) => {
  $ZodCheck.init(inst, def);
  def.format = def.format || "float64";
  const isInt = def.format?.includes("int");
  const origin = isInt ? "int" : "number";
  const [minimum, maximum] = NUMBER_FORMAT_RANGES[def.format];
  inst._zod.check = (payload) => {
    const input = payload.value;
    if (isInt) {
      if (!Number.isInteger(input)) {
        payload.issues.push({
          expected: origin,
          format: def.format,
          code: "invalid_type",
          continue: false,
          input,
          inst
        });
        return;
      }
      if (!Number.isSafeInteger(input)) {
        if (input > 0) {
          payload.issues.push({
            input,
            code: "too_big",
            maximum: Number.MAX_SAFE_INTEGER,
            note: "Integers must be within the safe integer range.",
            inst,
            origin,
            inclusive: true,
            continue: !def.abort
          });
        } else {
          payload.issues.push({
            input,
            code: "too_small",
            minimum: Number.MIN_SAFE_INTEGER,
            note: "Integers must be within the safe integer range.",
            inst,
            origin,
            inclusive: true,
            continue: !def.abort
          });
        }
        return;
      }
    }
    if (input < minimum) {
      payload.issues.push({
        origin: "number",
        input,
        code: "too_small",
        minimum,
        inclusive: true,
        inst,
        continue: !def.abort
      });
    }
    if (input > maximum) {
      payload.issues.push({
        origin: "number",
        input,
        code: "too_big",
        maximum,
        inclusive: true,
        inst,
        continue: !def.abort
      });
    }
  };
});
var $ZodCheckMaxLength = /* @__PURE__ */ $constructor("$ZodCheckMaxLength", (inst, def) => {
  var _a3;
  $ZodCheck.init(inst, def);
  (_a3 = inst._zod.def).when ?? (_a3.when = _whenHasLength);
  inst._zod.check = (payload) => {
    const input = payload.value;
    const units = input.length;
    const length = typeof input === "string" && units > def.maximum ? codePointLength(input) : units;
    if (length <= def.maximum)
      return;
    const origin = getLengthableOrigin(input);
    payload.issues.push({
      origin,
      code: "too_big",
      maximum: def.maximum,
      inclusive: true,
      input,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckMinLength = /* @__PURE__ */ $constructor("$ZodCheckMinLength", (inst, def) => {
  var _a3;
  $ZodCheck.init(inst, def);
  (_a3 = inst._zod.def).when ?? (_a3.when = _whenHasLength);
  inst._zod.check = (payload) => {
    const input = payload.value;
    const units = input.length;
    const length = typeof input === "string" && units >= def.minimum && units < def.minimum * 2 ? codePointLength(input) : units;
    if (length >= def.minimum)
      return;
    const origin = getLengthableOrigin(input);
    payload.issues.push({
      origin,
      code: "too_small",
      minimum: def.minimum,
      inclusive: true,
      input,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckLengthEquals = /* @__PURE__ */ $constructor("$ZodCheckLengthEquals", (inst, def) => {
  var _a3;
  $ZodCheck.init(inst, def);
  (_a3 = inst._zod.def).when ?? (_a3.when = _whenHasLength);
  inst._zod.check = (payload) => {
    const input = payload.value;
    const units = input.length;
    const length = typeof input === "string" && units >= def.length && units <= def.length * 2 ? codePointLength(input) : units;
    if (length === def.length)
      return;
    const origin = getLengthableOrigin(input);
    const tooBig = length > def.length;
    payload.issues.push({
      origin,
      ...tooBig ? { code: "too_big", maximum: def.length } : { code: "too_small", minimum: def.length },
      inclusive: true,
      exact: true,
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckStringFormat = /* @__PURE__ */ $constructor("$ZodCheckStringFormat", (inst, def) => {
  var _a3, _b;
  $ZodCheck.init(inst, def);
  if (def.pattern)
    (_a3 = inst._zod).check ?? (_a3.check = (payload) => {
      def.pattern.lastIndex = 0;
      if (def.pattern.test(payload.value))
        return;
      payload.issues.push({
        origin: "string",
        code: "invalid_format",
        format: def.format,
        input: payload.value,
        ...def.pattern ? { pattern: def.pattern.toString() } : {},
        inst,
        continue: !def.abort
      });
    });
  else
    (_b = inst._zod).check ?? (_b.check = () => {
    });
});
var $ZodCheckRegex = /* @__PURE__ */ $constructor("$ZodCheckRegex", (inst, def) => {
  $ZodCheckStringFormat.init(inst, def);
  inst._zod.check = (payload) => {
    def.pattern.lastIndex = 0;
    if (def.pattern.test(payload.value))
      return;
    payload.issues.push({
      origin: "string",
      code: "invalid_format",
      format: "regex",
      input: payload.value,
      pattern: def.pattern.toString(),
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckLowerCase = /* @__PURE__ */ $constructor("$ZodCheckLowerCase", (inst, def) => {
  def.pattern ?? (def.pattern = lowercase);
  $ZodCheckStringFormat.init(inst, def);
});
var $ZodCheckUpperCase = /* @__PURE__ */ $constructor("$ZodCheckUpperCase", (inst, def) => {
  def.pattern ?? (def.pattern = uppercase);
  $ZodCheckStringFormat.init(inst, def);
});
var $ZodCheckIncludes = /* @__PURE__ */ $constructor("$ZodCheckIncludes", (inst, def) => {
  $ZodCheck.init(inst, def);
  const escapedRegex = escapeRegex(def.includes);
  const pattern = new RegExp(typeof def.position === "number" ? `^.{${def.position},}${escapedRegex}` : escapedRegex);
  def.pattern = pattern;
  inst._zod.check = (payload) => {
    if (payload.value.includes(def.includes, def.position))
      return;
    payload.issues.push({
      origin: "string",
      code: "invalid_format",
      format: "includes",
      includes: def.includes,
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckStartsWith = /* @__PURE__ */ $constructor("$ZodCheckStartsWith", (inst, def) => {
  $ZodCheck.init(inst, def);
  const pattern = new RegExp(`^${escapeRegex(def.prefix)}.*`);
  def.pattern ?? (def.pattern = pattern);
  inst._zod.check = (payload) => {
    if (payload.value.startsWith(def.prefix))
      return;
    payload.issues.push({
      origin: "string",
      code: "invalid_format",
      format: "starts_with",
      prefix: def.prefix,
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckEndsWith = /* @__PURE__ */ $constructor("$ZodCheckEndsWith", (inst, def) => {
  $ZodCheck.init(inst, def);
  const pattern = new RegExp(`.*${escapeRegex(def.suffix)}$`);
  def.pattern ?? (def.pattern = pattern);
  inst._zod.check = (payload) => {
    if (payload.value.endsWith(def.suffix))
      return;
    payload.issues.push({
      origin: "string",
      code: "invalid_format",
      format: "ends_with",
      suffix: def.suffix,
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodCheckOverwrite = /* @__PURE__ */ $constructor("$ZodCheckOverwrite", (inst, def) => {
  $ZodCheck.init(inst, def);
  inst._zod.check = (payload) => {
    payload.value = def.tx(payload.value);
  };
});

// node_modules/zod/v4/core/doc.js
var Doc = class {
  static {
    __name(this, "Doc");
  }
  constructor(args = [], closed = {}) {
    this.content = [];
    this.indent = 0;
    this.args = args;
    this.closed = closed;
  }
  // the compiler catches a child's throw and keeps writing into this doc, so the indent has to unwind with it
  indented(fn) {
    this.indent += 1;
    try {
      fn(this);
    } finally {
      this.indent -= 1;
    }
  }
  write(arg) {
    if (typeof arg === "function") {
      arg(this, { execution: "sync" });
      arg(this, { execution: "async" });
      return;
    }
    const content2 = arg;
    const lines = content2.split("\n").filter((x) => x);
    const minIndent = Math.min(...lines.map((x) => x.length - x.trimStart().length));
    const dedented = lines.map((x) => x.slice(minIndent)).map((x) => " ".repeat(this.indent * 2) + x);
    for (const line of dedented) {
      this.content.push(line);
    }
  }
  compile() {
    const F = Function;
    const content2 = this?.content ?? [``];
    const factory = new F(...Object.keys(this.closed), `return function (${this.args.join(", ")}) {
${content2.join("\n")}
};`);
    return factory(...Object.values(this.closed));
  }
};

// node_modules/zod/v4/core/versions.js
var version2 = {
  major: 4,
  minor: 6,
  patch: 7
};

// node_modules/zod/v4/core/schemas.js
var $ZodType = /* @__PURE__ */ $constructor("$ZodType", (inst, def) => {
  var _a3;
  inst ?? (inst = {});
  inst._zod.def = def;
  inst._zod.bag = inst._zod.bag || {};
  inst._zod.version = version2;
  const defChecks = inst._zod.def.checks;
  const checks = inst._zod.traits.has("$ZodCheck") ? [inst, ...defChecks ?? []] : defChecks?.length ? [...defChecks] : [];
  for (const ch of checks) {
    for (const fn of ch._zod.onattach) {
      fn(inst);
    }
  }
  if (checks.length === 0) {
    (_a3 = inst._zod).deferred ?? (_a3.deferred = []);
    inst._zod.deferred?.push(() => {
      inst._zod.run = inst._zod.parse;
    });
  } else {
    const runChecks = /* @__PURE__ */ __name((payload, checks2, ctx) => {
      if (payload.memo)
        return payload;
      let isAborted = aborted(payload);
      let asyncResult;
      for (const ch of checks2) {
        if (ch._zod.def.when) {
          if (explicitlyAborted(payload))
            continue;
          const shouldRun = ch._zod.def.when(payload);
          if (!shouldRun)
            continue;
        } else if (isAborted) {
          continue;
        }
        const currLen = payload.issues.length;
        const _ = ch._zod.check(payload);
        if (_ instanceof Promise && ctx?.async === false) {
          throw new $ZodAsyncError();
        }
        if (asyncResult || _ instanceof Promise) {
          asyncResult = (asyncResult ?? Promise.resolve()).then(async () => {
            await _;
            const nextLen = payload.issues.length;
            if (nextLen === currLen)
              return;
            attachSchema(payload.issues, currLen, inst);
            if (!isAborted)
              isAborted = aborted(payload, currLen);
          });
        } else {
          const nextLen = payload.issues.length;
          if (nextLen === currLen)
            continue;
          attachSchema(payload.issues, currLen, inst);
          if (!isAborted)
            isAborted = aborted(payload, currLen);
        }
      }
      if (asyncResult) {
        return asyncResult.then(() => {
          return payload;
        });
      }
      return payload;
    }, "runChecks");
    const handleCanaryResult = /* @__PURE__ */ __name((canary, payload, ctx) => {
      if (aborted(canary)) {
        canary.aborted = true;
        return canary;
      }
      const checkResult = runChecks(payload, checks, ctx);
      if (checkResult instanceof Promise) {
        if (ctx.async === false)
          throw new $ZodAsyncError();
        return checkResult.then((checkResult2) => inst._zod.parse(checkResult2, ctx));
      }
      return inst._zod.parse(checkResult, ctx);
    }, "handleCanaryResult");
    inst._zod.run = (payload, ctx) => {
      if (ctx.skipChecks) {
        return inst._zod.parse(payload, ctx);
      }
      if (ctx.direction === "backward") {
        const canary = inst._zod.parse({ value: payload.value, issues: [] }, { ...ctx, skipChecks: true });
        if (canary instanceof Promise) {
          return canary.then((canary2) => {
            return handleCanaryResult(canary2, payload, ctx);
          });
        }
        return handleCanaryResult(canary, payload, ctx);
      }
      const result = inst._zod.parse(payload, ctx);
      if (result instanceof Promise) {
        if (ctx.async === false)
          throw new $ZodAsyncError();
        return result.then((result2) => runChecks(result2, checks, ctx));
      }
      return runChecks(result, checks, ctx);
    };
  }
}, {
  // Wrappers extend this by installing a richer factory over it; reading it eagerly would defeat the laziness.
  get "~standard"() {
    return hide(this, "~standard", standardProps(this));
  },
  set "~standard"(value) {
    own(this, "~standard", value);
  }
});
var toStandardResult = /* @__PURE__ */ __name((r, ctx) => r.issues.length ? { issues: r.issues.map((iss) => finalizeIssue(iss, ctx, config())) } : { value: r.value }, "toStandardResult");
async function validateAsync2(inst, value) {
  const ctx = { async: true };
  return toStandardResult(await inst._zod.run({ value, issues: [] }, ctx), ctx);
}
__name(validateAsync2, "validateAsync");
function standardProps(inst) {
  return {
    validate: /* @__PURE__ */ __name((value) => {
      const ctx = { async: false };
      try {
        const r = inst._zod.run({ value, issues: [] }, ctx);
        if (!(r instanceof Promise))
          return toStandardResult(r, ctx);
      } catch (_) {
      }
      return validateAsync2(inst, value);
    }, "validate"),
    vendor: "zod",
    version: 1
  };
}
__name(standardProps, "standardProps");
var $ZodString = /* @__PURE__ */ $constructor("$ZodString", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.pattern = def.pattern ?? anyString;
  inst._zod.parse = (payload, _) => {
    if (def.coerce)
      try {
        payload.value = String(payload.value);
      } catch (_2) {
      }
    if (typeof payload.value === "string")
      return payload;
    payload.issues.push({
      expected: "string",
      code: "invalid_type",
      input: payload.value,
      inst
    });
    return payload;
  };
});
var $ZodStringFormat = /* @__PURE__ */ $constructor("$ZodStringFormat", (inst, def) => {
  $ZodCheckStringFormat.init(inst, def);
  $ZodString.init(inst, def);
});
var $ZodGUID = /* @__PURE__ */ $constructor("$ZodGUID", (inst, def) => {
  def.pattern ?? (def.pattern = guid);
  $ZodStringFormat.init(inst, def);
});
var $ZodUUID = /* @__PURE__ */ $constructor("$ZodUUID", (inst, def) => {
  if (def.version) {
    const versionMap = {
      v1: 1,
      v2: 2,
      v3: 3,
      v4: 4,
      v5: 5,
      v6: 6,
      v7: 7,
      v8: 8
    };
    const v = versionMap[def.version];
    if (v === void 0)
      throw new Error(`Invalid UUID version: "${def.version}"`);
    def.pattern ?? (def.pattern = uuid(v));
  } else
    def.pattern ?? (def.pattern = uuid());
  $ZodStringFormat.init(inst, def);
});
var $ZodEmail = /* @__PURE__ */ $constructor("$ZodEmail", (inst, def) => {
  def.pattern ?? (def.pattern = email);
  $ZodStringFormat.init(inst, def);
});
var URL_BAD_FORMAT = 1;
var URL_UNPARSEABLE = 2;
function canParseURL(input) {
  try {
    if (typeof URL !== "undefined" && typeof URL.canParse === "function")
      return URL.canParse(input);
    new URL(input);
    return true;
  } catch {
    return false;
  }
}
__name(canParseURL, "canParseURL");
function validateURL(trimmed, def) {
  if (!("normalize" in def) && !("hostname" in def) && !("protocol" in def)) {
    return canParseURL(trimmed) || URL_UNPARSEABLE;
  }
  return parseURLObject(trimmed, def);
}
__name(validateURL, "validateURL");
function parseURLObject(trimmed, def) {
  if (!def.normalize && def.protocol?.source === httpProtocol.source && !/^https?:\/\//i.test(trimmed)) {
    return URL_BAD_FORMAT;
  }
  try {
    if (typeof URL !== "undefined") {
      const URLStatic = URL;
      if (typeof URLStatic.parse === "function")
        return URLStatic.parse(trimmed) ?? URL_UNPARSEABLE;
    }
    return new URL(trimmed);
  } catch {
    return URL_UNPARSEABLE;
  }
}
__name(parseURLObject, "parseURLObject");
var asciiTabOrNewline = /[\t\n\r]/g;
function stripTabAndNewline(value) {
  return value.replace(asciiTabOrNewline, "");
}
__name(stripTabAndNewline, "stripTabAndNewline");
function urlHostnameOk(url2, hostname) {
  hostname.lastIndex = 0;
  return hostname.test(url2.hostname);
}
__name(urlHostnameOk, "urlHostnameOk");
function urlProtocolOk(url2, protocol) {
  protocol.lastIndex = 0;
  return protocol.test(url2.protocol.endsWith(":") ? url2.protocol.slice(0, -1) : url2.protocol);
}
__name(urlProtocolOk, "urlProtocolOk");
var $ZodURL = /* @__PURE__ */ $constructor("$ZodURL", (inst, def) => {
  $ZodStringFormat.init(inst, def);
  inst._zod.check = (payload) => {
    try {
      const trimmed = payload.value.trim();
      const url2 = validateURL(trimmed, def);
      if (url2 === URL_BAD_FORMAT) {
        payload.issues.push({
          code: "invalid_format",
          format: "url",
          note: "Invalid URL format",
          input: payload.value,
          inst,
          continue: !def.abort
        });
        return;
      }
      if (url2 === URL_UNPARSEABLE) {
        payload.issues.push({
          code: "invalid_format",
          format: "url",
          input: payload.value,
          inst,
          continue: !def.abort
        });
        return;
      }
      if (url2 === true) {
        payload.value = stripTabAndNewline(trimmed);
        return;
      }
      if (def.hostname && !urlHostnameOk(url2, def.hostname)) {
        payload.issues.push({
          code: "invalid_format",
          format: "url",
          note: "Invalid hostname",
          pattern: def.hostname.source,
          input: payload.value,
          inst,
          continue: !def.abort
        });
      }
      if (def.protocol && !urlProtocolOk(url2, def.protocol)) {
        payload.issues.push({
          code: "invalid_format",
          format: "url",
          note: "Invalid protocol",
          pattern: def.protocol.source,
          input: payload.value,
          inst,
          continue: !def.abort
        });
      }
      payload.value = def.normalize ? url2.href : stripTabAndNewline(trimmed);
      return;
    } catch (_) {
      payload.issues.push({
        code: "invalid_format",
        format: "url",
        input: payload.value,
        inst,
        continue: !def.abort
      });
    }
  };
});
var $ZodEmoji = /* @__PURE__ */ $constructor("$ZodEmoji", (inst, def) => {
  def.pattern ?? (def.pattern = emoji());
  $ZodStringFormat.init(inst, def);
});
var $ZodNanoID = /* @__PURE__ */ $constructor("$ZodNanoID", (inst, def) => {
  if (def.length !== void 0 && (!Number.isInteger(def.length) || def.length < 1))
    throw new Error(`Invalid nanoid length: ${def.length}`);
  def.pattern ?? (def.pattern = def.length === void 0 ? nanoid : nanoidOfLength(def.length));
  $ZodStringFormat.init(inst, def);
});
var $ZodCUID = /* @__PURE__ */ $constructor("$ZodCUID", (inst, def) => {
  def.pattern ?? (def.pattern = cuid);
  $ZodStringFormat.init(inst, def);
});
var $ZodCUID2 = /* @__PURE__ */ $constructor("$ZodCUID2", (inst, def) => {
  def.pattern ?? (def.pattern = cuid2);
  $ZodStringFormat.init(inst, def);
});
var $ZodULID = /* @__PURE__ */ $constructor("$ZodULID", (inst, def) => {
  def.pattern ?? (def.pattern = ulid);
  $ZodStringFormat.init(inst, def);
});
var $ZodXID = /* @__PURE__ */ $constructor("$ZodXID", (inst, def) => {
  def.pattern ?? (def.pattern = xid);
  $ZodStringFormat.init(inst, def);
});
var $ZodKSUID = /* @__PURE__ */ $constructor("$ZodKSUID", (inst, def) => {
  def.pattern ?? (def.pattern = ksuid);
  $ZodStringFormat.init(inst, def);
});
var $ZodISODateTime = /* @__PURE__ */ $constructor("$ZodISODateTime", (inst, def) => {
  def.pattern ?? (def.pattern = datetime(def));
  $ZodStringFormat.init(inst, def);
});
var $ZodISODate = /* @__PURE__ */ $constructor("$ZodISODate", (inst, def) => {
  def.pattern ?? (def.pattern = date);
  $ZodStringFormat.init(inst, def);
});
var $ZodISOTime = /* @__PURE__ */ $constructor("$ZodISOTime", (inst, def) => {
  def.pattern ?? (def.pattern = time(def));
  $ZodStringFormat.init(inst, def);
});
var $ZodISODuration = /* @__PURE__ */ $constructor("$ZodISODuration", (inst, def) => {
  def.pattern ?? (def.pattern = duration);
  $ZodStringFormat.init(inst, def);
});
var $ZodIPv4 = /* @__PURE__ */ $constructor("$ZodIPv4", (inst, def) => {
  def.pattern ?? (def.pattern = ipv4);
  $ZodStringFormat.init(inst, def);
});
var ipv6Alphabet = /^[0-9a-fA-F:.]+$/;
function isValidIPv6(value) {
  if (!ipv6Alphabet.test(value))
    return false;
  return canParseURL(`http://[${value}]`);
}
__name(isValidIPv6, "isValidIPv6");
var $ZodIPv6 = /* @__PURE__ */ $constructor("$ZodIPv6", (inst, def) => {
  def.pattern ?? (def.pattern = ipv6);
  $ZodStringFormat.init(inst, def);
  inst._zod.check = (payload) => {
    if (!isValidIPv6(payload.value)) {
      payload.issues.push({
        code: "invalid_format",
        format: "ipv6",
        input: payload.value,
        inst,
        continue: !def.abort
      });
    }
  };
});
var $ZodCIDRv4 = /* @__PURE__ */ $constructor("$ZodCIDRv4", (inst, def) => {
  def.pattern ?? (def.pattern = cidrv4);
  $ZodStringFormat.init(inst, def);
});
function isValidCIDRv6(value) {
  const parts = value.split("/");
  if (parts.length !== 2)
    return false;
  const [address, prefix] = parts;
  if (!prefix)
    return false;
  const prefixNum = Number(prefix);
  if (`${prefixNum}` !== prefix)
    return false;
  if (prefixNum < 0 || prefixNum > 128)
    return false;
  return isValidIPv6(address);
}
__name(isValidCIDRv6, "isValidCIDRv6");
var $ZodCIDRv6 = /* @__PURE__ */ $constructor("$ZodCIDRv6", (inst, def) => {
  def.pattern ?? (def.pattern = cidrv6);
  $ZodStringFormat.init(inst, def);
  inst._zod.check = (payload) => {
    if (!isValidCIDRv6(payload.value)) {
      payload.issues.push({
        code: "invalid_format",
        format: "cidrv6",
        input: payload.value,
        inst,
        continue: !def.abort
      });
    }
  };
});
function isValidBase64(data) {
  if (data === "")
    return true;
  if (/\s/.test(data))
    return false;
  if (data.length % 4 !== 0)
    return false;
  try {
    atob(data);
    return true;
  } catch {
    return false;
  }
}
__name(isValidBase64, "isValidBase64");
var base64Charset = /^[0-9a-zA-Z+/]*={0,2}$/;
var $ZodBase64 = /* @__PURE__ */ $constructor("$ZodBase64", (inst, def) => {
  def.pattern ?? (def.pattern = base64Charset);
  $ZodStringFormat.init(inst, def);
  inst._zod.check = (payload) => {
    if (isValidBase64(payload.value))
      return;
    payload.issues.push({
      code: "invalid_format",
      format: "base64",
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var base64urlCharset = /^[A-Za-z0-9_-]*$/;
function isValidBase64URL(data) {
  if (!base64urlCharset.test(data))
    return false;
  const base642 = data.replace(/[-_]/g, (c) => c === "-" ? "+" : "/");
  const padded = base642.padEnd(Math.ceil(base642.length / 4) * 4, "=");
  return isValidBase64(padded);
}
__name(isValidBase64URL, "isValidBase64URL");
var $ZodBase64URL = /* @__PURE__ */ $constructor("$ZodBase64URL", (inst, def) => {
  def.pattern ?? (def.pattern = base64urlCharset);
  $ZodStringFormat.init(inst, def);
  inst._zod.check = (payload) => {
    if (isValidBase64URL(payload.value))
      return;
    payload.issues.push({
      code: "invalid_format",
      format: "base64url",
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodE164 = /* @__PURE__ */ $constructor("$ZodE164", (inst, def) => {
  def.pattern ?? (def.pattern = e164);
  $ZodStringFormat.init(inst, def);
});
function isValidJWT(token, algorithm = null) {
  try {
    const tokensParts = token.split(".");
    if (tokensParts.length !== 3)
      return false;
    const [header2] = tokensParts;
    if (!header2)
      return false;
    const parsedHeader = JSON.parse(atob(header2));
    if ("typ" in parsedHeader && parsedHeader?.typ !== "JWT")
      return false;
    if (!parsedHeader.alg)
      return false;
    if (algorithm && (!("alg" in parsedHeader) || parsedHeader.alg !== algorithm))
      return false;
    return true;
  } catch {
    return false;
  }
}
__name(isValidJWT, "isValidJWT");
var $ZodJWT = /* @__PURE__ */ $constructor("$ZodJWT", (inst, def) => {
  $ZodStringFormat.init(inst, def);
  inst._zod.check = (payload) => {
    if (isValidJWT(payload.value, def.alg))
      return;
    payload.issues.push({
      code: "invalid_format",
      format: "jwt",
      input: payload.value,
      inst,
      continue: !def.abort
    });
  };
});
var $ZodNumber = /* @__PURE__ */ $constructor("$ZodNumber", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.pattern = number;
  inst._zod.parse = (payload, _ctx) => {
    if (def.coerce)
      try {
        payload.value = Number(payload.value);
      } catch (_) {
      }
    const input = payload.value;
    if (typeof input === "number" && !Number.isNaN(input) && Number.isFinite(input)) {
      return payload;
    }
    const received = typeof input === "number" ? Number.isNaN(input) ? "NaN" : !Number.isFinite(input) ? String(input) : void 0 : void 0;
    payload.issues.push({
      expected: "number",
      code: "invalid_type",
      input,
      inst,
      ...received ? { received } : {}
    });
    return payload;
  };
});
var $ZodNumberFormat = /* @__PURE__ */ $constructor("$ZodNumberFormat", (inst, def) => {
  $ZodCheckNumberFormat.init(inst, def);
  $ZodNumber.init(inst, def);
});
var $ZodBoolean = /* @__PURE__ */ $constructor("$ZodBoolean", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.pattern = boolean;
  inst._zod.parse = (payload, _ctx) => {
    if (def.coerce)
      try {
        payload.value = Boolean(payload.value);
      } catch (_) {
      }
    const input = payload.value;
    if (typeof input === "boolean")
      return payload;
    payload.issues.push({
      expected: "boolean",
      code: "invalid_type",
      input,
      inst
    });
    return payload;
  };
});
var $ZodNull = /* @__PURE__ */ $constructor("$ZodNull", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.pattern = _null;
  inst._zod.values = /* @__PURE__ */ new Set([null]);
  inst._zod.parse = (payload, _ctx) => {
    const input = payload.value;
    if (input === null)
      return payload;
    payload.issues.push({
      expected: "null",
      code: "invalid_type",
      input,
      inst
    });
    return payload;
  };
});
var $ZodUnknown = /* @__PURE__ */ $constructor("$ZodUnknown", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.parse = (payload) => payload;
});
var $ZodNever = /* @__PURE__ */ $constructor("$ZodNever", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.parse = (payload, _ctx) => {
    payload.issues.push({
      expected: "never",
      code: "invalid_type",
      input: payload.value,
      inst
    });
    return payload;
  };
});
function capSize(inst, size) {
  const caps = sizeCaps(inst._zod.def.checks);
  if (!caps.length)
    return;
  const cap = Math.min(...caps.map((c) => c[0]));
  const parse5 = inst._zod.parse;
  inst._zod.parse = (payload, ctx) => {
    const n = size(payload.value);
    if (n > cap && !ctx?.skipChecks && ctx?.direction !== "backward") {
      for (const [max, ch] of sizeCaps(inst._zod.def.checks)) {
        if (n > max && ch._zod.def.when(payload)) {
          const start = payload.issues.length;
          ch._zod.check(payload);
          payload.issues[start].continue = false;
          attachSchema(payload.issues, start, inst);
          return payload;
        }
      }
    }
    return parse5(payload, ctx);
  };
}
__name(capSize, "capSize");
var arraySize = /* @__PURE__ */ __name((input) => Array.isArray(input) ? input.length : -1, "arraySize");
function handleArrayResult(result, final, index) {
  if (result.issues.length) {
    final.issues.push(...prefixIssues(index, result.issues));
  }
  final.value[index] = result.value;
}
__name(handleArrayResult, "handleArrayResult");
var $ZodArray = /* @__PURE__ */ $constructor("$ZodArray", (inst, def) => {
  $ZodType.init(inst, def);
  const memo2 = globalConfig.memoizer;
  memo2?.attach(inst);
  inst._zod.parse = (payload, ctx) => {
    const input = payload.value;
    if (!Array.isArray(input)) {
      payload.issues.push({
        expected: "array",
        code: "invalid_type",
        input,
        inst
      });
      return payload;
    }
    payload.value = memo2 ? memo2.alloc(inst, payload, Array(input.length), ctx) : Array(input.length);
    const proms = [];
    const abortEarly = ctx?.abortEarly;
    for (let i = 0; i < input.length; i++) {
      const item = input[i];
      const result = def.element._zod.run({
        value: item,
        issues: []
      }, ctx);
      if (result instanceof Promise) {
        proms.push(result.then((result2) => handleArrayResult(result2, payload, i)));
      } else {
        handleArrayResult(result, payload, i);
        if (abortEarly && result.issues.length !== 0 && aborted(result))
          break;
      }
    }
    if (proms.length) {
      return Promise.all(proms).then(() => payload);
    }
    return payload;
  };
  capSize(inst, arraySize);
});
function handlePropertyResult(result, final, key, input, optin, optout) {
  const isPresent = key in input;
  const isOptionalOut = optout === "optional";
  if (!isPresent && isOptionalOut && optin === "optional") {
    return;
  }
  if (result.issues.length) {
    if (optin !== void 0 && isOptionalOut && !isPresent) {
      return;
    }
    final.issues.push(...prefixIssues(key, result.issues));
  }
  if (!isPresent && optin === void 0) {
    if (!result.issues.length) {
      final.issues.push({
        code: "invalid_type",
        expected: "nonoptional",
        input: void 0,
        path: [key]
      });
    }
    return;
  }
  if (result.value === void 0) {
    if (isPresent || optin === "defaulted" && !isOptionalOut) {
      final.value[key] = void 0;
    }
  } else {
    final.value[key] = result.value;
  }
}
__name(handlePropertyResult, "handlePropertyResult");
var NO_SYMBOL_KEYS = [];
function normalizeDef(def) {
  const keys = Object.keys(def.shape);
  const ownSymbols = Object.getOwnPropertySymbols(def.shape);
  const symbolKeys = ownSymbols.length ? ownSymbols : NO_SYMBOL_KEYS;
  const allKeys = symbolKeys.length ? [...keys, ...symbolKeys] : keys;
  for (const k of allKeys) {
    if (!def.shape?.[k]?._zod?.traits?.has("$ZodType")) {
      throw new Error(`Invalid element at key "${String(k)}": expected a Zod schema`);
    }
  }
  const okeys = optionalKeys(def.shape);
  return {
    ...def,
    allKeys,
    symbolKeys,
    // string-only: handleCatchall matches it against `for...in`, which never yields a symbol
    keySet: new Set(keys),
    numKeys: keys.length,
    optionalKeys: new Set(okeys)
  };
}
__name(normalizeDef, "normalizeDef");
function handleCatchall(proms, input, payload, ctx, def, inst, abortEarly) {
  const unrecognized = [];
  const keySet = def.keySet;
  const _catchall = def.catchall._zod;
  const t = _catchall.def.type;
  const optin = _catchall.optin;
  const optout = _catchall.optout;
  let seen = 0;
  for (const key in input) {
    if (abortEarly && payload.issues.length !== seen) {
      if (aborted(payload, seen))
        break;
      seen = payload.issues.length;
    }
    if (keySet.has(key))
      continue;
    if (key === "__proto__") {
      if (t === "never")
        unrecognized.push(key);
      continue;
    }
    if (t === "never") {
      unrecognized.push(key);
      continue;
    }
    const r = _catchall.run({ value: input[key], issues: [] }, ctx);
    if (r instanceof Promise) {
      proms.push(r.then((r2) => handlePropertyResult(r2, payload, key, input, optin, optout)));
    } else {
      handlePropertyResult(r, payload, key, input, optin, optout);
    }
  }
  if (unrecognized.length) {
    payload.issues.push({
      code: "unrecognized_keys",
      keys: unrecognized,
      input,
      inst,
      // Describes the shape of the input, not the validity of the parsed value, so it never aborts. The parse still fails; the schema's own checks just get to run first, and an enclosing intersection can reconcile the key against a sibling operand.
      continue: true
    });
  }
  if (!proms.length)
    return payload;
  return Promise.all(proms).then(() => {
    return payload;
  });
}
__name(handleCatchall, "handleCatchall");
var $ZodObject = /* @__PURE__ */ $constructor("$ZodObject", (inst, def) => {
  $ZodType.init(inst, def);
  const desc = Object.getOwnPropertyDescriptor(def, "shape");
  const sh = desc?.get ? desc.get.raw : def.shape ?? {};
  if (sh) {
    const get = /* @__PURE__ */ __name(() => {
      const newSh = { ...sh };
      Object.defineProperty(def, "shape", { value: newSh });
      get.raw = newSh;
      return newSh;
    }, "get");
    get.raw = sh;
    Object.defineProperty(def, "shape", { get });
  }
  const _normalized = cached(() => normalizeDef(def));
  defineLazyInternal(inst, "propValues", (zod) => {
    const shape = zod.def.shape;
    const propValues = {};
    for (const key in shape) {
      const field = shape[key]._zod;
      if (field.values) {
        if (!Object.prototype.hasOwnProperty.call(propValues, key)) {
          assignProp(propValues, key, /* @__PURE__ */ new Set());
        }
        for (const v of field.values)
          propValues[key].add(v);
        if (field.optin !== void 0)
          propValues[key].add(void 0);
      }
    }
    return propValues;
  });
  const isObject4 = isObject2;
  const catchall = def.catchall;
  let value;
  const memo2 = globalConfig.memoizer;
  memo2?.attach(inst);
  inst._zod.parse = (payload, ctx) => {
    value ?? (value = _normalized.value);
    const input = payload.value;
    if (!isObject4(input)) {
      payload.issues.push({
        expected: "object",
        code: "invalid_type",
        input,
        inst
      });
      return payload;
    }
    payload.value = memo2 ? memo2.alloc(inst, payload, {}, ctx) : {};
    const proms = [];
    const shape = value.shape;
    const abortEarly = ctx?.abortEarly;
    let seen = payload.issues.length;
    for (const key of value.allKeys) {
      if (abortEarly && payload.issues.length !== seen) {
        if (aborted(payload, seen))
          break;
        seen = payload.issues.length;
      }
      if (key === "__proto__")
        continue;
      const el = shape[key];
      const optin = el._zod.optin;
      const optout = el._zod.optout;
      const r = el._zod.run({ value: input[key], issues: [] }, ctx);
      if (r instanceof Promise) {
        proms.push(r.then((r2) => handlePropertyResult(r2, payload, key, input, optin, optout)));
      } else {
        handlePropertyResult(r, payload, key, input, optin, optout);
      }
    }
    if (!catchall) {
      return proms.length ? Promise.all(proms).then(() => payload) : payload;
    }
    return handleCatchall(proms, input, payload, ctx, _normalized.value, inst, abortEarly === true);
  };
});
var $ZodObjectJIT = /* @__PURE__ */ $constructor("$ZodObjectJIT", (inst, def) => {
  $ZodObject.init(inst, def);
  const superParse = inst._zod.parse;
  const _normalized = cached(() => normalizeDef(def));
  const memo2 = globalConfig.memoizer;
  const generateFastpass = /* @__PURE__ */ __name((shape) => {
    const normalized = _normalized.value;
    const syms = normalized.symbolKeys;
    const doc = new Doc(["payload", "ctx"], { shape, inst, memo: memo2, syms });
    const parseStr = /* @__PURE__ */ __name((k) => `shape[${k}]._zod.run({ value: input[${k}], issues: [] }, ctx)`, "parseStr");
    const prefixStr = /* @__PURE__ */ __name((id, k) => `
          let ${id}_ab = false;
          for (let i = 0; i < ${id}.issues.length; i++) {
            const iss = ${id}.issues[i];
            iss.path = iss.path ? [${k}, ...iss.path] : [${k}];
            payload.issues.push(iss);
            if (iss.continue !== true) ${id}_ab = true;
          }
          if (${id}_ab && ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }`, "prefixStr");
    doc.write(`const input = payload.value;`);
    const ids = /* @__PURE__ */ Object.create(null);
    let counter = 0;
    for (const key of normalized.allKeys) {
      ids[key] = `key_${counter++}`;
    }
    doc.write(memo2 ? `const newResult = memo.alloc(inst, payload, {}, ctx);` : `const newResult = {};`);
    for (const key of normalized.allKeys) {
      if (key === "__proto__")
        continue;
      const id = ids[key];
      const k = typeof key === "symbol" ? `syms[${syms.indexOf(key)}]` : esc(key);
      const isPresent = `${k} in input`;
      const schema = shape[key];
      const optin = schema?._zod?.optin;
      const isOptionalIn = optin !== void 0;
      const isOptionalOut = schema?._zod?.optout === "optional";
      doc.write(`const ${id} = ${parseStr(k)};`);
      if (isOptionalIn && isOptionalOut) {
        const assign = optin === "optional" ? `${id}_present` : `${id}.value !== undefined || ${id}_present`;
        doc.write(`
        const ${id}_present = ${isPresent};
        if (!${id}.issues.length || ${id}_present) {
          if (${id}.issues.length) {${prefixStr(id, k)}
          }

          if (${assign}) {
            newResult[${k}] = ${id}.value;
          }
        }

      `);
      } else if (!isOptionalIn) {
        doc.write(`
        const ${id}_present = ${isPresent};
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
        if (!${id}_present && !${id}.issues.length) {
          payload.issues.push({
            code: "invalid_type",
            expected: "nonoptional",
            input: undefined,
            path: [${k}]
          });
          if (ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }
        }

        if (${id}_present) {
          newResult[${k}] = ${id}.value;
        }

      `);
      } else {
        doc.write(`
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
      `);
        if (optin === "defaulted") {
          doc.write(`newResult[${k}] = ${id}.value;`);
        } else {
          doc.write(`
        if (${id}.value !== undefined || ${isPresent}) {
          newResult[${k}] = ${id}.value;
        }
      `);
        }
      }
    }
    doc.write(`payload.value = newResult;`);
    doc.write(`return payload;`);
    return doc.compile();
  }, "generateFastpass");
  let fastpass;
  const isObject4 = isObject2;
  const jit = !globalConfig.jitless;
  const allowsEval2 = allowsEval;
  const fastEnabled = jit && allowsEval2.value;
  const catchall = def.catchall;
  let value;
  inst._zod.parse = (payload, ctx) => {
    value ?? (value = _normalized.value);
    const input = payload.value;
    if (!isObject4(input)) {
      payload.issues.push({
        expected: "object",
        code: "invalid_type",
        input,
        inst
      });
      return payload;
    }
    if (jit && fastEnabled && ctx?.async === false && ctx.jitless !== true) {
      if (!fastpass)
        fastpass = generateFastpass(def.shape);
      payload = fastpass(payload, ctx);
      if (!catchall)
        return payload;
      return handleCatchall([], input, payload, ctx, value, inst, ctx?.abortEarly === true);
    }
    return superParse(payload, ctx);
  };
});
function handleUnionResults(results, final, inst, ctx) {
  for (const result of results) {
    if (result.issues.length === 0) {
      final.value = result.value;
      return final;
    }
  }
  const nonaborted = results.filter((r) => !aborted(r));
  if (nonaborted.length === 1) {
    final.value = nonaborted[0].value;
    return nonaborted[0];
  }
  final.issues.push({
    code: "invalid_union",
    input: final.value,
    inst,
    errors: results.map((result) => result.issues.map((iss) => finalizeIssue(iss, ctx, config())))
  });
  return final;
}
__name(handleUnionResults, "handleUnionResults");
var $ZodUnion = /* @__PURE__ */ $constructor("$ZodUnion", (inst, def) => {
  $ZodType.init(inst, def);
  defineLazyInternal(inst, "optin", (zod) => zod.def.options.some((o) => o._zod.optin === "defaulted") ? "defaulted" : zod.def.options.some((o) => o._zod.optin !== void 0) ? "optional" : void 0);
  defineLazyInternal(inst, "optout", (zod) => zod.def.options.some((o) => o._zod.optout === "optional") ? "optional" : void 0);
  defineLazyInternal(inst, "values", (zod) => {
    if (zod.def.options.every((o) => o._zod.values)) {
      return new Set(zod.def.options.flatMap((option) => Array.from(option._zod.values)));
    }
    return void 0;
  });
  defineLazyInternal(inst, "pattern", (zod) => {
    if (zod.def.options.every((o) => o._zod.pattern)) {
      const patterns = zod.def.options.map((o) => o._zod.pattern);
      return new RegExp(`^(${patterns.map((p) => cleanRegex(p.source)).join("|")})$`);
    }
    return void 0;
  });
  const first = def.options.length === 1 ? def.options[0]._zod.run : null;
  inst._zod.parse = (payload, ctx) => {
    if (first) {
      return first(payload, ctx);
    }
    let async = false;
    const results = [];
    for (const option of def.options) {
      const result = option._zod.run({
        value: payload.value,
        issues: []
      }, ctx);
      if (result instanceof Promise) {
        results.push(result);
        async = true;
      } else {
        if (result.issues.length === 0)
          return result;
        results.push(result);
      }
    }
    if (!async)
      return handleUnionResults(results, payload, inst, ctx);
    return Promise.all(results).then((results2) => {
      return handleUnionResults(results2, payload, inst, ctx);
    });
  };
});
var $ZodIntersection = /* @__PURE__ */ $constructor("$ZodIntersection", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.parse = (payload, ctx) => {
    const input = payload.value;
    const left = def.left._zod.run({ value: input, issues: [] }, ctx);
    const right = def.right._zod.run({ value: input, issues: [] }, ctx);
    const async = left instanceof Promise || right instanceof Promise;
    if (async) {
      return Promise.all([left, right]).then(([left2, right2]) => {
        return handleIntersectionResults(payload, left2, right2);
      });
    }
    return handleIntersectionResults(payload, left, right);
  };
});
function mergeValues(a, b) {
  if (a === b) {
    return { valid: true, data: a };
  }
  if (a instanceof Date && b instanceof Date && +a === +b) {
    return { valid: true, data: a };
  }
  if (isPlainObject(a) && isPlainObject(b)) {
    const bKeys = Object.keys(b);
    const sharedKeys = Object.keys(a).filter((key) => bKeys.indexOf(key) !== -1);
    const newObj = { ...a, ...b };
    if (Object.prototype.hasOwnProperty.call(newObj, "__proto__"))
      delete newObj.__proto__;
    for (const key of sharedKeys) {
      if (key === "__proto__")
        continue;
      const sharedValue = mergeValues(a[key], b[key]);
      if (!sharedValue.valid) {
        return {
          valid: false,
          mergeErrorPath: [key, ...sharedValue.mergeErrorPath]
        };
      }
      newObj[key] = sharedValue.data;
    }
    return { valid: true, data: newObj };
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) {
      return { valid: false, mergeErrorPath: [] };
    }
    const newArray = [];
    for (let index = 0; index < a.length; index++) {
      const itemA = a[index];
      const itemB = b[index];
      const sharedValue = mergeValues(itemA, itemB);
      if (!sharedValue.valid) {
        return {
          valid: false,
          mergeErrorPath: [index, ...sharedValue.mergeErrorPath]
        };
      }
      newArray.push(sharedValue.data);
    }
    return { valid: true, data: newArray };
  }
  return { valid: false, mergeErrorPath: [] };
}
__name(mergeValues, "mergeValues");
function handleIntersectionResults(result, left, right) {
  const unrecKeys = /* @__PURE__ */ new Map();
  let unrecIssue;
  const keyIssues = /* @__PURE__ */ new Map();
  const collect2 = /* @__PURE__ */ __name((iss, side) => {
    let keys;
    if (iss.code === "unrecognized_keys" && !iss.path?.length) {
      unrecIssue ?? (unrecIssue = iss);
      keys = iss.keys;
    } else if (iss.code === "invalid_key" && iss.origin === "record" && iss.path?.length === 1) {
      const k = String(iss.path[0]);
      if (!keyIssues.has(k))
        keyIssues.set(k, iss);
      keys = [k];
    } else {
      return false;
    }
    for (const k of keys) {
      if (!unrecKeys.has(k))
        unrecKeys.set(k, {});
      unrecKeys.get(k)[side] = true;
    }
    return true;
  }, "collect");
  for (const iss of left.issues) {
    if (!collect2(iss, "l"))
      result.issues.push(iss);
  }
  for (const iss of right.issues) {
    if (!collect2(iss, "r"))
      result.issues.push(iss);
  }
  const bothKeys = [...unrecKeys].filter(([, f2]) => f2.l && f2.r).map(([k]) => k);
  if (bothKeys.length) {
    const aggregated = unrecIssue ? bothKeys.filter((k) => unrecIssue.keys.includes(k)) : [];
    if (aggregated.length)
      result.issues.push({ ...unrecIssue, keys: aggregated });
    for (const k of bothKeys) {
      if (!aggregated.includes(k) && keyIssues.has(k))
        result.issues.push(keyIssues.get(k));
    }
  }
  const merged = mergeValues(left.value, right.value);
  if (!merged.valid) {
    if (aborted(result))
      return result;
    throw new Error(`Unmergable intersection. Error path: ${JSON.stringify(merged.mergeErrorPath)}`);
  }
  result.value = merged.data;
  return result;
}
__name(handleIntersectionResults, "handleIntersectionResults");
var $ZodRecord = /* @__PURE__ */ $constructor("$ZodRecord", (inst, def) => {
  $ZodType.init(inst, def);
  const memo2 = globalConfig.memoizer;
  memo2?.attach(inst);
  inst._zod.parse = (payload, ctx) => {
    const input = payload.value;
    if (!isPlainObject(input)) {
      payload.issues.push({
        expected: "record",
        code: "invalid_type",
        input,
        inst
      });
      return payload;
    }
    const proms = [];
    const values = def.keyType._zod.values;
    if (values && !def.partial) {
      payload.value = memo2 ? memo2.alloc(inst, payload, {}, ctx) : {};
      const recordKeys = /* @__PURE__ */ new Set();
      for (const key of values) {
        if (typeof key === "string" || typeof key === "number" || typeof key === "symbol") {
          recordKeys.add(typeof key === "number" ? key.toString() : key);
          if (key === "__proto__")
            continue;
          const keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
          if (keyResult instanceof Promise) {
            throw new Error("Async schemas not supported in object keys currently");
          }
          if (keyResult.issues.length) {
            payload.issues.push({
              code: "invalid_key",
              origin: "record",
              issues: keyResult.issues.map((iss) => finalizeIssue(iss, ctx, config())),
              input: key,
              path: [key],
              inst
            });
            continue;
          }
          const outKey = keyResult.value;
          if (outKey === "__proto__")
            continue;
          const result = def.valueType._zod.run({ value: input[key], issues: [] }, ctx);
          if (result instanceof Promise) {
            proms.push(result.then((result2) => {
              if (result2.issues.length) {
                payload.issues.push(...prefixIssues(key, result2.issues));
              }
              payload.value[outKey] = result2.value;
            }));
          } else {
            if (result.issues.length) {
              payload.issues.push(...prefixIssues(key, result.issues));
            }
            payload.value[outKey] = result.value;
          }
        }
      }
      let unrecognized;
      for (const key in input) {
        if (!recordKeys.has(key)) {
          if (def.mode === "loose") {
            if (key === "__proto__")
              continue;
            payload.value[key] = input[key];
          } else {
            unrecognized = unrecognized ?? [];
            unrecognized.push(key);
          }
        }
      }
      if (unrecognized && unrecognized.length > 0) {
        payload.issues.push({
          code: "unrecognized_keys",
          input,
          inst,
          keys: unrecognized,
          continue: true
        });
      }
    } else {
      payload.value = memo2 ? memo2.alloc(inst, payload, {}, ctx) : {};
      let unrecognized;
      for (const key of Reflect.ownKeys(input)) {
        if (key === "__proto__")
          continue;
        if (!Object.prototype.propertyIsEnumerable.call(input, key))
          continue;
        let keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
        if (keyResult instanceof Promise) {
          throw new Error("Async schemas not supported in object keys currently");
        }
        const checkNumericKey = typeof key === "string" && number.test(key) && keyResult.issues.length;
        if (checkNumericKey) {
          const retryResult = def.keyType._zod.run({ value: Number(key), issues: [] }, ctx);
          if (retryResult instanceof Promise) {
            throw new Error("Async schemas not supported in object keys currently");
          }
          if (retryResult.issues.length === 0) {
            keyResult = retryResult;
          }
        }
        if (keyResult.issues.length) {
          if (def.mode === "loose") {
            payload.value[key] = input[key];
          } else if (values) {
            unrecognized = unrecognized ?? [];
            unrecognized.push(key);
          } else {
            payload.issues.push({
              code: "invalid_key",
              origin: "record",
              issues: keyResult.issues.map((iss) => finalizeIssue(iss, ctx, config())),
              input: key,
              path: [key],
              inst
            });
          }
          continue;
        }
        const outKey = keyResult.value;
        if (outKey === "__proto__")
          continue;
        const result = def.valueType._zod.run({ value: input[key], issues: [] }, ctx);
        if (result instanceof Promise) {
          proms.push(result.then((result2) => {
            if (result2.issues.length) {
              payload.issues.push(...prefixIssues(key, result2.issues));
            }
            payload.value[outKey] = result2.value;
          }));
        } else {
          if (result.issues.length) {
            payload.issues.push(...prefixIssues(key, result.issues));
          }
          payload.value[outKey] = result.value;
        }
      }
      if (unrecognized && unrecognized.length > 0) {
        payload.issues.push({
          code: "unrecognized_keys",
          input,
          inst,
          keys: unrecognized,
          continue: true
        });
      }
    }
    if (proms.length) {
      return Promise.all(proms).then(() => payload);
    }
    return payload;
  };
});
var $ZodEnum = /* @__PURE__ */ $constructor("$ZodEnum", (inst, def) => {
  $ZodType.init(inst, def);
  const values = getEnumValues(def.entries);
  const valuesSet = new Set(values);
  inst._zod.values = valuesSet;
  defineLazyInternal(inst, "pattern", (zod) => {
    const patternValues = getEnumValues(zod.def.entries).filter((k) => propertyKeyTypes.has(typeof k));
    return new RegExp(patternValues.length ? `^(${patternValues.map((o) => escapeRegex(o.toString())).join("|")})$` : "^[^\\s\\S]$");
  });
  inst._zod.parse = (payload, _ctx) => {
    const input = payload.value;
    if (valuesSet.has(input)) {
      return payload;
    }
    payload.issues.push({
      code: "invalid_value",
      values,
      input,
      inst
    });
    return payload;
  };
});
var $ZodLiteral = /* @__PURE__ */ $constructor("$ZodLiteral", (inst, def) => {
  $ZodType.init(inst, def);
  const values = new Set(def.values);
  inst._zod.values = values;
  defineLazyInternal(inst, "pattern", (zod) => {
    const vals = zod.def.values;
    return new RegExp(vals.length ? `^(${vals.map((o) => typeof o === "string" ? escapeRegex(o) : o ? escapeRegex(o.toString()) : String(o)).join("|")})$` : "^[^\\s\\S]$");
  });
  inst._zod.parse = (payload, _ctx) => {
    const input = payload.value;
    if (values.has(input)) {
      return payload;
    }
    payload.issues.push({
      code: "invalid_value",
      values: def.values,
      input,
      inst
    });
    return payload;
  };
});
var $ZodTransform = /* @__PURE__ */ $constructor("$ZodTransform", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.optin = "optional";
  globalConfig.memoizer?.guard(inst);
  inst._zod.parse = (payload, ctx) => {
    if (ctx.direction === "backward") {
      throw new $ZodEncodeError(inst.constructor.name);
    }
    const _out = def.transform(payload.value, payload);
    if (ctx.async) {
      const output = _out instanceof Promise ? _out : Promise.resolve(_out);
      return output.then((output2) => {
        payload.value = output2;
        return payload;
      });
    }
    if (_out instanceof Promise) {
      throw new $ZodAsyncError();
    }
    payload.value = _out;
    return payload;
  };
});
function handleOptionalResult(payload, result) {
  payload.value = result.issues.length ? void 0 : result.value;
  return payload;
}
__name(handleOptionalResult, "handleOptionalResult");
var $ZodOptional = /* @__PURE__ */ $constructor("$ZodOptional", (inst, def) => {
  $ZodType.init(inst, def);
  defineLazyInternal(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
  inst._zod.optout = "optional";
  defineLazyInternal(inst, "values", (zod) => {
    const values = zod.def.innerType._zod.values;
    return values ? /* @__PURE__ */ new Set([...values, void 0]) : void 0;
  });
  defineLazyInternal(inst, "pattern", (zod) => {
    const pattern = zod.def.innerType._zod.pattern;
    return pattern ? new RegExp(`^(${cleanRegex(pattern.source)})?$`) : void 0;
  });
  inst._zod.parse = (payload, ctx) => {
    if (payload.value === void 0) {
      if (def.innerType._zod.optin !== "defaulted")
        return payload;
      const result = def.innerType._zod.run({ value: payload.value, issues: [] }, ctx);
      if (result instanceof Promise)
        return result.then((result2) => handleOptionalResult(payload, result2));
      return handleOptionalResult(payload, result);
    }
    return def.innerType._zod.run(payload, ctx);
  };
});
var $ZodExactOptional = /* @__PURE__ */ $constructor("$ZodExactOptional", (inst, def) => {
  $ZodOptional.init(inst, def);
  defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
  defineLazyInternal(inst, "pattern", (zod) => zod.def.innerType._zod.pattern);
  inst._zod.parse = (payload, ctx) => {
    return def.innerType._zod.run(payload, ctx);
  };
});
var $ZodNullable = /* @__PURE__ */ $constructor("$ZodNullable", (inst, def) => {
  $ZodType.init(inst, def);
  defineLazyInternal(inst, "optin", (zod) => zod.def.innerType._zod.optin);
  defineLazyInternal(inst, "optout", (zod) => zod.def.innerType._zod.optout);
  defineLazyInternal(inst, "pattern", (zod) => {
    const pattern = zod.def.innerType._zod.pattern;
    return pattern ? new RegExp(`^(${cleanRegex(pattern.source)}|null)$`) : void 0;
  });
  defineLazyInternal(inst, "values", (zod) => {
    return zod.def.innerType._zod.values ? /* @__PURE__ */ new Set([...zod.def.innerType._zod.values, null]) : void 0;
  });
  inst._zod.parse = (payload, ctx) => {
    if (payload.value === null)
      return payload;
    return def.innerType._zod.run(payload, ctx);
  };
});
var $ZodDefault = /* @__PURE__ */ $constructor("$ZodDefault", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.optin = "defaulted";
  defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
  inst._zod.parse = (payload, ctx) => {
    if (ctx.direction === "backward") {
      return def.innerType._zod.run(payload, ctx);
    }
    if (payload.value === void 0) {
      payload.value = def.defaultValue;
      return payload;
    }
    const result = def.innerType._zod.run(payload, ctx);
    if (result instanceof Promise) {
      return result.then((result2) => handleDefaultResult(result2, def));
    }
    return handleDefaultResult(result, def);
  };
});
function handleDefaultResult(payload, def) {
  if (payload.value === void 0) {
    payload.value = def.defaultValue;
  }
  return payload;
}
__name(handleDefaultResult, "handleDefaultResult");
var $ZodPrefault = /* @__PURE__ */ $constructor("$ZodPrefault", (inst, def) => {
  $ZodType.init(inst, def);
  inst._zod.optin = "defaulted";
  defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
  inst._zod.parse = (payload, ctx) => {
    if (ctx.direction === "backward") {
      return def.innerType._zod.run(payload, ctx);
    }
    if (payload.value === void 0) {
      payload.value = def.defaultValue;
    }
    return def.innerType._zod.run(payload, ctx);
  };
});
var $ZodNonOptional = /* @__PURE__ */ $constructor("$ZodNonOptional", (inst, def) => {
  $ZodType.init(inst, def);
  defineLazyInternal(inst, "values", (zod) => {
    const v = zod.def.innerType._zod.values;
    return v ? new Set([...v].filter((x) => x !== void 0)) : void 0;
  });
  inst._zod.parse = (payload, ctx) => {
    const result = def.innerType._zod.run(payload, ctx);
    if (result instanceof Promise) {
      return result.then((result2) => handleNonOptionalResult(result2, inst));
    }
    return handleNonOptionalResult(result, inst);
  };
});
function handleNonOptionalResult(payload, inst) {
  if (!payload.issues.length && payload.value === void 0) {
    payload.issues.push({
      code: "invalid_type",
      expected: "nonoptional",
      input: payload.value,
      inst
    });
  }
  return payload;
}
__name(handleNonOptionalResult, "handleNonOptionalResult");
function handleCatchResult(payload, result, def, ctx) {
  if (!result.issues.length) {
    payload.value = result.value;
    if (result.memo)
      payload.memo = true;
    return payload;
  }
  payload.value = def.catchValue({
    ...result,
    value: payload.value,
    error: {
      issues: result.issues.map((iss) => finalizeIssue(iss, ctx, config()))
    },
    input: payload.value
  });
  return payload;
}
__name(handleCatchResult, "handleCatchResult");
var $ZodCatch = /* @__PURE__ */ $constructor("$ZodCatch", (inst, def) => {
  $ZodType.init(inst, def);
  defineLazyInternal(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
  defineLazyInternal(inst, "optout", (zod) => zod.def.innerType._zod.optout);
  defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
  inst._zod.parse = (payload, ctx) => {
    if (ctx.direction === "backward") {
      return def.innerType._zod.run(payload, ctx);
    }
    const result = def.innerType._zod.run({ value: payload.value, issues: [] }, ctx);
    if (result instanceof Promise) {
      return result.then((result2) => handleCatchResult(payload, result2, def, ctx));
    }
    return handleCatchResult(payload, result, def, ctx);
  };
});
var $ZodPipe = /* @__PURE__ */ $constructor("$ZodPipe", (inst, def) => {
  $ZodType.init(inst, def);
  defineLazyInternal(inst, "values", (zod) => zod.def.in._zod.values);
  defineLazyInternal(inst, "optin", (zod) => zod.def.in._zod.optin);
  defineLazyInternal(inst, "optout", (zod) => zod.def.out._zod.optout);
  defineLazyInternal(inst, "propValues", (zod) => zod.def.in._zod.propValues);
  inst._zod.parse = (payload, ctx) => {
    if (ctx.direction === "backward") {
      const right = def.out._zod.run(payload, ctx);
      if (right instanceof Promise) {
        return right.then((right2) => handlePipeResult(right2, def.in, ctx));
      }
      return handlePipeResult(right, def.in, ctx);
    }
    const left = def.in._zod.run(payload, ctx);
    if (left instanceof Promise) {
      return left.then((left2) => handlePipeResult(left2, def.out, ctx));
    }
    return handlePipeResult(left, def.out, ctx);
  };
});
function handlePipeResult(left, next, ctx) {
  if (left.issues.some((iss) => iss.code !== "unrecognized_keys")) {
    left.aborted = true;
    return left;
  }
  return next._zod.run({ value: left.value, issues: left.issues }, ctx);
}
__name(handlePipeResult, "handlePipeResult");
var $ZodReadonly = /* @__PURE__ */ $constructor("$ZodReadonly", (inst, def) => {
  $ZodType.init(inst, def);
  defineLazyInternal(inst, "propValues", (zod) => zod.def.innerType._zod.propValues);
  defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
  defineLazyInternal(inst, "optin", (zod) => zod.def.innerType?._zod?.optin);
  defineLazyInternal(inst, "optout", (zod) => zod.def.innerType?._zod?.optout);
  inst._zod.parse = (payload, ctx) => {
    if (ctx.direction === "backward") {
      return def.innerType._zod.run(payload, ctx);
    }
    const result = def.innerType._zod.run(payload, ctx);
    if (result instanceof Promise) {
      return result.then(handleReadonlyResult);
    }
    return handleReadonlyResult(result);
  };
});
function handleReadonlyResult(payload) {
  if (!payload.memo)
    payload.value = Object.freeze(payload.value);
  return payload;
}
__name(handleReadonlyResult, "handleReadonlyResult");
var $ZodCustom = /* @__PURE__ */ $constructor("$ZodCustom", (inst, def) => {
  $ZodCheck.init(inst, def);
  $ZodType.init(inst, def);
  inst._zod.parse = (payload, _) => {
    return payload;
  };
  inst._zod.check = (payload) => {
    const input = payload.value;
    const r = def.fn(input);
    if (r instanceof Promise) {
      return r.then((r2) => handleRefineResult(r2, payload, input, inst));
    }
    handleRefineResult(r, payload, input, inst);
    return;
  };
});
function handleRefineResult(result, payload, input, inst) {
  if (!result) {
    const _iss = {
      code: "custom",
      input,
      inst,
      // incorporates params.error into issue reporting
      path: [...inst._zod.def.path ?? []],
      // incorporates params.error into issue reporting
      continue: !inst._zod.def.abort
      // params: inst._zod.def.params,
    };
    if (inst._zod.def.params)
      _iss.params = inst._zod.def.params;
    payload.issues.push(issue(_iss));
  }
}
__name(handleRefineResult, "handleRefineResult");

// node_modules/zod/v4/core/memoizer.js
var $ZodCyclicError = class extends Error {
  static {
    __name(this, "$ZodCyclicError");
  }
  constructor() {
    super(`Cannot parse a reference cycle that closes through a transform`);
    this.name = "ZodCyclicError";
  }
};
var STATE = "~memo";
var NO_ISSUES = [];
function isRef(value) {
  return value !== null && typeof value === "object";
}
__name(isRef, "isRef");
function cloneIssues(issues) {
  return issues.map((iss) => iss.path ? { ...iss, path: iss.path.slice() } : { ...iss });
}
__name(cloneIssues, "cloneIssues");
var recursive = /* @__PURE__ */ new WeakMap();
var NONE = 0;
var ASSUMED = 1;
var PROVEN = 2;
function isRecursive(inst, stack, resolve) {
  const cached2 = recursive.get(inst);
  if (cached2 !== void 0)
    return cached2 ? PROVEN : NONE;
  if (stack.has(inst))
    return PROVEN;
  stack.add(inst);
  let result = NONE;
  const check2 = /* @__PURE__ */ __name((child) => {
    if (result !== PROVEN && child?._zod) {
      const answer2 = isRecursive(child, stack, resolve);
      if (answer2 > result)
        result = answer2;
    }
  }, "check");
  const shape = /* @__PURE__ */ __name((sh, spread) => {
    let answer2 = NONE;
    for (const key of Reflect.ownKeys(sh)) {
      const desc = Object.getOwnPropertyDescriptor(sh, key);
      if (spread && !desc.enumerable)
        continue;
      const child = desc.get ? ASSUMED : desc.value?._zod ? isRecursive(desc.value, stack, resolve) : NONE;
      if (child > answer2)
        answer2 = child;
    }
    return answer2;
  }, "shape");
  const merge2 = /* @__PURE__ */ __name((answer2) => {
    if (answer2 > result)
      result = answer2;
  }, "merge");
  const def = inst._zod.def;
  const kind = def.type;
  switch (kind) {
    case "object": {
      const raw2 = rawShape(def);
      merge2(raw2 ? shape(raw2, true) : ASSUMED);
      check2(def.catchall);
      break;
    }
    case "array":
      check2(def.element);
      break;
    case "tuple":
      for (const el of def.items)
        check2(el);
      check2(def.rest);
      break;
    case "record":
    case "map":
      check2(def.keyType);
      check2(def.valueType);
      break;
    case "set":
      check2(def.valueType);
      break;
    case "union":
      for (const el of def.options)
        check2(el);
      break;
    case "intersection":
      check2(def.left);
      check2(def.right);
      break;
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
    case "nonoptional":
    case "promise":
    case "success":
      check2(def.innerType);
      break;
    case "pipe":
      check2(def.in);
      check2(def.out);
      break;
    case "function":
      check2(def.input);
      check2(def.output);
      break;
    // `$ZodLazy` caches its inner on the def, so a resolved edge is followed exactly
    case "lazy": {
      const inner = def._cachedInner ?? (resolve ? inst._zod.innerType : void 0);
      merge2(inner ? isRecursive(inner, stack, false) : ASSUMED);
      break;
    }
    // a leaf by choice: `parts` are regex fragments, not data positions
    case "template_literal":
    // leaves
    case "string":
    case "number":
    case "int":
    case "boolean":
    case "bigint":
    case "symbol":
    case "undefined":
    case "null":
    case "void":
    case "never":
    case "any":
    case "unknown":
    case "date":
    case "nan":
    case "enum":
    case "literal":
    case "file":
    case "transform":
    case "custom":
      break;
    default: {
      kind;
      for (const key in def) {
        const desc = Object.getOwnPropertyDescriptor(def, key);
        if (!desc || desc.get)
          continue;
        const value = desc.value;
        if (!value || typeof value !== "object")
          continue;
        if (value._zod)
          check2(value);
        else if (Array.isArray(value))
          for (const el of value)
            check2(el);
      }
    }
  }
  stack.delete(inst);
  return settle2(inst, result);
}
__name(isRecursive, "isRecursive");
function settle2(inst, answer2) {
  if (answer2 !== ASSUMED)
    recursive.set(inst, answer2 === PROVEN);
  return answer2;
}
__name(settle2, "settle");
function bucketFor(state, inst) {
  let bucket = state.buckets.get(inst);
  if (!bucket) {
    bucket = /* @__PURE__ */ new WeakMap();
    state.buckets.set(inst, bucket);
  }
  return bucket;
}
__name(bucketFor, "bucketFor");
var handoff;
var open = [];
var memo = {
  alloc(_inst, payload, empty) {
    const bucket = handoff;
    if (!bucket)
      return empty;
    handoff = void 0;
    const entry = { value: empty, issues: null };
    bucket.set(payload.value, entry);
    open.push(entry);
    return empty;
  },
  guard(inst) {
    var _a3;
    (_a3 = inst._zod).deferred ?? (_a3.deferred = []);
    inst._zod.deferred.push(() => {
      const base = inst._zod.parse;
      const wrapped = /* @__PURE__ */ __name((payload, ctx) => {
        if (ctx.direction !== "backward" && isBackEdge(ctx, payload.value))
          throw new $ZodCyclicError();
        return base(payload, ctx);
      }, "wrapped");
      inst._zod.parse = wrapped;
      if (inst._zod.run === base)
        inst._zod.run = wrapped;
    });
  },
  attach(inst) {
    var _a3;
    let isRecursiveInst;
    let rechecked = false;
    let lastCtx;
    let lastBucket;
    (_a3 = inst._zod).deferred ?? (_a3.deferred = []);
    inst._zod.deferred.push(() => {
      const base = inst._zod.parse;
      const wrapped = /* @__PURE__ */ __name((payload, ctx) => {
        if (isRecursiveInst === void 0) {
          const walked = isRecursive(inst, /* @__PURE__ */ new Set(), false);
          if (walked === NONE) {
            inst._zod.parse = base;
            if (inst._zod.run === wrapped)
              inst._zod.run = base;
            return base(payload, ctx);
          }
          if (walked === PROVEN || rechecked)
            isRecursiveInst = true;
          else
            rechecked = true;
        }
        const input = payload.value;
        if (!isRef(input))
          return base(payload, ctx);
        let state = ctx[STATE];
        if (!state) {
          state = { buckets: /* @__PURE__ */ new WeakMap(), backEdges: void 0 };
          ctx[STATE] = state;
        }
        let bucket;
        if (lastCtx === ctx) {
          bucket = lastBucket;
        } else {
          bucket = bucketFor(state, inst);
          lastCtx = ctx;
          lastBucket = bucket;
        }
        const hit = bucket.get(input);
        if (hit) {
          payload.value = hit.value;
          if (hit.issues) {
            if (hit.issues.length)
              payload.issues.push(...cloneIssues(hit.issues));
          } else {
            payload.memo = true;
            state.backEdges ?? (state.backEdges = /* @__PURE__ */ new WeakSet());
            state.backEdges.add(hit.value);
          }
          return payload;
        }
        handoff = bucket;
        const depth = open.length;
        const result = base(payload, ctx);
        handoff = void 0;
        const entry = open.length > depth ? open.pop() : void 0;
        if (result instanceof Promise) {
          return result.then((r) => {
            if (entry)
              entry.issues = r.issues.length ? cloneIssues(r.issues) : NO_ISSUES;
            return r;
          });
        }
        if (entry)
          entry.issues = result.issues.length ? cloneIssues(result.issues) : NO_ISSUES;
        return result;
      }, "wrapped");
      inst._zod.parse = wrapped;
      if (inst._zod.run === base)
        inst._zod.run = wrapped;
    });
  }
};
function memoizer() {
  return memo;
}
__name(memoizer, "memoizer");
function isBackEdge(ctx, value) {
  const backEdges = ctx[STATE]?.backEdges;
  return backEdges !== void 0 && isRef(value) && backEdges.has(value);
}
__name(isBackEdge, "isBackEdge");

// node_modules/zod/v4/locales/en.js
var error = /* @__PURE__ */ __name(() => {
  const Sizable = {
    string: { unit: "characters", verb: "to have" },
    file: { unit: "bytes", verb: "to have" },
    array: { unit: "items", verb: "to have" },
    set: { unit: "items", verb: "to have" },
    map: { unit: "entries", verb: "to have" }
  };
  function getSizing(origin) {
    return Sizable[origin] ?? null;
  }
  __name(getSizing, "getSizing");
  const FormatDictionary = {
    regex: "input",
    email: "email address",
    url: "URL",
    emoji: "emoji",
    uuid: "UUID",
    uuidv4: "UUIDv4",
    uuidv6: "UUIDv6",
    nanoid: "nanoid",
    guid: "GUID",
    cuid: "cuid",
    cuid2: "cuid2",
    ulid: "ULID",
    xid: "XID",
    ksuid: "KSUID",
    datetime: "ISO datetime",
    date: "ISO date",
    time: "ISO time",
    duration: "ISO duration",
    ipv4: "IPv4 address",
    ipv6: "IPv6 address",
    mac: "MAC address",
    cidrv4: "IPv4 range",
    cidrv6: "IPv6 range",
    base64: "base64-encoded string",
    base64url: "base64url-encoded string",
    json_string: "JSON string",
    e164: "E.164 number",
    currency_code: "currency code",
    credit_card: "credit card number",
    iban: "IBAN",
    jwt: "JWT",
    template_literal: "input"
  };
  const TypeDictionary = {
    // Compatibility: "nan" -> "NaN" for display
    nan: "NaN"
    // All other type names omitted - they fall back to raw values via ?? operator
  };
  function getTypeName(type, input) {
    if (type === "number" && typeof input === "number" && !Number.isFinite(input)) {
      return String(input);
    }
    return TypeDictionary[type] ?? type;
  }
  __name(getTypeName, "getTypeName");
  return (issue2) => {
    switch (issue2.code) {
      case "invalid_type": {
        const expected = getTypeName(issue2.expected);
        const receivedType = parsedType(issue2.input);
        const received = getTypeName(receivedType, issue2.input);
        return `Invalid input: expected ${expected}, received ${received}`;
      }
      case "invalid_value":
        if (issue2.values.length === 1)
          return `Invalid input: expected ${stringifyPrimitive(issue2.values[0])}`;
        return `Invalid option: expected one of ${joinValues(issue2.values, "|")}`;
      case "too_big": {
        const adj = issue2.exact ? "exactly " : issue2.inclusive ? "<=" : "<";
        const sizing = getSizing(issue2.origin);
        if (sizing)
          return `Too big: expected ${issue2.origin ?? "value"} to have ${adj}${issue2.maximum.toString()} ${sizing.unit ?? "elements"}`;
        return `Too big: expected ${issue2.origin ?? "value"} to be ${adj}${issue2.maximum.toString()}`;
      }
      case "too_small": {
        const adj = issue2.exact ? "exactly " : issue2.inclusive ? ">=" : ">";
        const sizing = getSizing(issue2.origin);
        if (sizing) {
          return `Too small: expected ${issue2.origin} to have ${adj}${issue2.minimum.toString()} ${sizing.unit}`;
        }
        return `Too small: expected ${issue2.origin} to be ${adj}${issue2.minimum.toString()}`;
      }
      case "invalid_format": {
        const _issue = issue2;
        if (_issue.format === "starts_with") {
          return `Invalid string: must start with "${_issue.prefix}"`;
        }
        if (_issue.format === "ends_with")
          return `Invalid string: must end with "${_issue.suffix}"`;
        if (_issue.format === "includes")
          return `Invalid string: must include "${_issue.includes}"`;
        if (_issue.format === "regex")
          return `Invalid string: must match pattern ${_issue.pattern}`;
        return `Invalid ${FormatDictionary[_issue.format] ?? issue2.format}`;
      }
      case "not_multiple_of":
        return `Invalid number: must be a multiple of ${issue2.divisor}`;
      case "unrecognized_keys":
        return `Unrecognized key${issue2.keys.length > 1 ? "s" : ""}: ${joinValues(issue2.keys, ", ")}`;
      case "invalid_key":
        return `Invalid key in ${issue2.origin}`;
      case "invalid_union":
        if (issue2.options && Array.isArray(issue2.options) && issue2.options.length > 0) {
          const opts = issue2.options.map((o) => `'${o}'`).join(" | ");
          return `Invalid discriminator value. Expected ${opts}`;
        }
        if (issue2.inclusive === false) {
          return "Invalid input: more than one option matched";
        }
        return "Invalid input";
      case "invalid_element":
        return `Invalid value in ${issue2.origin}`;
      default:
        return `Invalid input`;
    }
  };
}, "error");
function en_default() {
  return {
    localeError: error()
  };
}
__name(en_default, "default");

// node_modules/zod/v4/core/registries.js
var _a2;
var $ZodRegistry = class {
  static {
    __name(this, "$ZodRegistry");
  }
  constructor() {
    this._map = /* @__PURE__ */ new WeakMap();
    this._idmap = /* @__PURE__ */ new Map();
  }
  add(schema, ..._meta) {
    const meta2 = _meta[0];
    this._map.set(schema, meta2);
    if (meta2 && typeof meta2 === "object" && "id" in meta2) {
      this._idmap.set(meta2.id, schema);
    }
    return this;
  }
  clear() {
    this._map = /* @__PURE__ */ new WeakMap();
    this._idmap = /* @__PURE__ */ new Map();
    return this;
  }
  remove(schema) {
    const meta2 = this._map.get(schema);
    if (meta2 && typeof meta2 === "object" && "id" in meta2) {
      this._idmap.delete(meta2.id);
    }
    this._map.delete(schema);
    return this;
  }
  get(schema) {
    const p = schema._zod.parent;
    if (p) {
      const pm = { ...this.get(p) ?? {} };
      delete pm.id;
      const f2 = { ...pm, ...this._map.get(schema) };
      return Object.keys(f2).length ? f2 : void 0;
    }
    return this._map.get(schema);
  }
  has(schema) {
    return this._map.has(schema);
  }
};
function registry() {
  return new $ZodRegistry();
}
__name(registry, "registry");
(_a2 = globalThis).__zod_globalRegistry ?? (_a2.__zod_globalRegistry = registry());
var globalRegistry = globalThis.__zod_globalRegistry;

// node_modules/zod/v4/core/api.js
function snapshotChecks(def) {
  if (def.checks)
    def.checks = [...def.checks];
  return def;
}
__name(snapshotChecks, "snapshotChecks");
// @__NO_SIDE_EFFECTS__
function _string(Class2, params) {
  return new Class2(snapshotChecks({ type: "string", ...normalizeParams(params) }));
}
__name(_string, "_string");
// @__NO_SIDE_EFFECTS__
function _email(Class2, params) {
  return new Class2({
    type: "string",
    format: "email",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_email, "_email");
// @__NO_SIDE_EFFECTS__
function _guid(Class2, params) {
  return new Class2({
    type: "string",
    format: "guid",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_guid, "_guid");
// @__NO_SIDE_EFFECTS__
function _uuid(Class2, params) {
  return new Class2({
    type: "string",
    format: "uuid",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_uuid, "_uuid");
// @__NO_SIDE_EFFECTS__
function _uuidv4(Class2, params) {
  return new Class2({
    type: "string",
    format: "uuid",
    check: "string_format",
    abort: false,
    version: "v4",
    ...normalizeParams(params)
  });
}
__name(_uuidv4, "_uuidv4");
// @__NO_SIDE_EFFECTS__
function _uuidv6(Class2, params) {
  return new Class2({
    type: "string",
    format: "uuid",
    check: "string_format",
    abort: false,
    version: "v6",
    ...normalizeParams(params)
  });
}
__name(_uuidv6, "_uuidv6");
// @__NO_SIDE_EFFECTS__
function _uuidv7(Class2, params) {
  return new Class2({
    type: "string",
    format: "uuid",
    check: "string_format",
    abort: false,
    version: "v7",
    ...normalizeParams(params)
  });
}
__name(_uuidv7, "_uuidv7");
// @__NO_SIDE_EFFECTS__
function _url(Class2, params) {
  return new Class2({
    type: "string",
    format: "url",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_url, "_url");
// @__NO_SIDE_EFFECTS__
function _emoji2(Class2, params) {
  return new Class2({
    type: "string",
    format: "emoji",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_emoji2, "_emoji");
// @__NO_SIDE_EFFECTS__
function _nanoid(Class2, params) {
  return new Class2({
    type: "string",
    format: "nanoid",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_nanoid, "_nanoid");
// @__NO_SIDE_EFFECTS__
function _cuid(Class2, params) {
  return new Class2({
    type: "string",
    format: "cuid",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_cuid, "_cuid");
// @__NO_SIDE_EFFECTS__
function _cuid2(Class2, params) {
  return new Class2({
    type: "string",
    format: "cuid2",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_cuid2, "_cuid2");
// @__NO_SIDE_EFFECTS__
function _ulid(Class2, params) {
  return new Class2({
    type: "string",
    format: "ulid",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_ulid, "_ulid");
// @__NO_SIDE_EFFECTS__
function _xid(Class2, params) {
  return new Class2({
    type: "string",
    format: "xid",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_xid, "_xid");
// @__NO_SIDE_EFFECTS__
function _ksuid(Class2, params) {
  return new Class2({
    type: "string",
    format: "ksuid",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_ksuid, "_ksuid");
// @__NO_SIDE_EFFECTS__
function _ipv4(Class2, params) {
  return new Class2({
    type: "string",
    format: "ipv4",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_ipv4, "_ipv4");
// @__NO_SIDE_EFFECTS__
function _ipv6(Class2, params) {
  return new Class2({
    type: "string",
    format: "ipv6",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_ipv6, "_ipv6");
// @__NO_SIDE_EFFECTS__
function _cidrv4(Class2, params) {
  return new Class2({
    type: "string",
    format: "cidrv4",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_cidrv4, "_cidrv4");
// @__NO_SIDE_EFFECTS__
function _cidrv6(Class2, params) {
  return new Class2({
    type: "string",
    format: "cidrv6",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_cidrv6, "_cidrv6");
// @__NO_SIDE_EFFECTS__
function _base64(Class2, params) {
  return new Class2({
    type: "string",
    format: "base64",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_base64, "_base64");
// @__NO_SIDE_EFFECTS__
function _base64url(Class2, params) {
  return new Class2({
    type: "string",
    format: "base64url",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_base64url, "_base64url");
// @__NO_SIDE_EFFECTS__
function _e164(Class2, params) {
  return new Class2({
    type: "string",
    format: "e164",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_e164, "_e164");
// @__NO_SIDE_EFFECTS__
function _jwt(Class2, params) {
  return new Class2({
    type: "string",
    format: "jwt",
    check: "string_format",
    abort: false,
    ...normalizeParams(params)
  });
}
__name(_jwt, "_jwt");
// @__NO_SIDE_EFFECTS__
function _isoDateTime(Class2, params) {
  return new Class2({
    type: "string",
    format: "datetime",
    check: "string_format",
    offset: false,
    local: false,
    precision: null,
    ...normalizeParams(params)
  });
}
__name(_isoDateTime, "_isoDateTime");
// @__NO_SIDE_EFFECTS__
function _isoDate(Class2, params) {
  return new Class2({
    type: "string",
    format: "date",
    check: "string_format",
    ...normalizeParams(params)
  });
}
__name(_isoDate, "_isoDate");
// @__NO_SIDE_EFFECTS__
function _isoTime(Class2, params) {
  return new Class2({
    type: "string",
    format: "time",
    check: "string_format",
    precision: null,
    ...normalizeParams(params)
  });
}
__name(_isoTime, "_isoTime");
// @__NO_SIDE_EFFECTS__
function _isoDuration(Class2, params) {
  return new Class2({
    type: "string",
    format: "duration",
    check: "string_format",
    ...normalizeParams(params)
  });
}
__name(_isoDuration, "_isoDuration");
// @__NO_SIDE_EFFECTS__
function _number(Class2, params) {
  return new Class2(snapshotChecks({ type: "number", checks: [], ...normalizeParams(params) }));
}
__name(_number, "_number");
// @__NO_SIDE_EFFECTS__
function _int(Class2, params) {
  return new Class2({
    type: "number",
    check: "number_format",
    abort: false,
    format: "safeint",
    ...normalizeParams(params)
  });
}
__name(_int, "_int");
// @__NO_SIDE_EFFECTS__
function _boolean(Class2, params) {
  return new Class2({
    type: "boolean",
    ...normalizeParams(params)
  });
}
__name(_boolean, "_boolean");
// @__NO_SIDE_EFFECTS__
function _null2(Class2, params) {
  return new Class2({
    type: "null",
    ...normalizeParams(params)
  });
}
__name(_null2, "_null");
// @__NO_SIDE_EFFECTS__
function _unknown(Class2) {
  return new Class2({
    type: "unknown"
  });
}
__name(_unknown, "_unknown");
// @__NO_SIDE_EFFECTS__
function _never(Class2, params) {
  return new Class2({
    type: "never",
    ...normalizeParams(params)
  });
}
__name(_never, "_never");
// @__NO_SIDE_EFFECTS__
function _lt(value, params) {
  return new $ZodCheckLessThan({
    check: "less_than",
    ...normalizeParams(params),
    value,
    inclusive: false
  });
}
__name(_lt, "_lt");
// @__NO_SIDE_EFFECTS__
function _lte(value, params) {
  return new $ZodCheckLessThan({
    check: "less_than",
    ...normalizeParams(params),
    value,
    inclusive: true
  });
}
__name(_lte, "_lte");
// @__NO_SIDE_EFFECTS__
function _gt(value, params) {
  return new $ZodCheckGreaterThan({
    check: "greater_than",
    ...normalizeParams(params),
    value,
    inclusive: false
  });
}
__name(_gt, "_gt");
// @__NO_SIDE_EFFECTS__
function _gte(value, params) {
  return new $ZodCheckGreaterThan({
    check: "greater_than",
    ...normalizeParams(params),
    value,
    inclusive: true
  });
}
__name(_gte, "_gte");
// @__NO_SIDE_EFFECTS__
function _multipleOf(value, params) {
  return new $ZodCheckMultipleOf({
    check: "multiple_of",
    ...normalizeParams(params),
    value
  });
}
__name(_multipleOf, "_multipleOf");
// @__NO_SIDE_EFFECTS__
function _maxLength(maximum, params) {
  const ch = new $ZodCheckMaxLength({
    check: "max_length",
    ...normalizeParams(params),
    maximum
  });
  return ch;
}
__name(_maxLength, "_maxLength");
// @__NO_SIDE_EFFECTS__
function _minLength(minimum, params) {
  return new $ZodCheckMinLength({
    check: "min_length",
    ...normalizeParams(params),
    minimum
  });
}
__name(_minLength, "_minLength");
// @__NO_SIDE_EFFECTS__
function _length(length, params) {
  return new $ZodCheckLengthEquals({
    check: "length_equals",
    ...normalizeParams(params),
    length
  });
}
__name(_length, "_length");
// @__NO_SIDE_EFFECTS__
function _regex(pattern, params) {
  return new $ZodCheckRegex({
    check: "string_format",
    format: "regex",
    ...normalizeParams(params),
    pattern
  });
}
__name(_regex, "_regex");
// @__NO_SIDE_EFFECTS__
function _lowercase(params) {
  return new $ZodCheckLowerCase({
    check: "string_format",
    format: "lowercase",
    ...normalizeParams(params)
  });
}
__name(_lowercase, "_lowercase");
// @__NO_SIDE_EFFECTS__
function _uppercase(params) {
  return new $ZodCheckUpperCase({
    check: "string_format",
    format: "uppercase",
    ...normalizeParams(params)
  });
}
__name(_uppercase, "_uppercase");
// @__NO_SIDE_EFFECTS__
function _includes(includes, params) {
  return new $ZodCheckIncludes({
    check: "string_format",
    format: "includes",
    ...normalizeParams(params),
    includes
  });
}
__name(_includes, "_includes");
// @__NO_SIDE_EFFECTS__
function _startsWith(prefix, params) {
  return new $ZodCheckStartsWith({
    check: "string_format",
    format: "starts_with",
    ...normalizeParams(params),
    prefix
  });
}
__name(_startsWith, "_startsWith");
// @__NO_SIDE_EFFECTS__
function _endsWith(suffix, params) {
  return new $ZodCheckEndsWith({
    check: "string_format",
    format: "ends_with",
    ...normalizeParams(params),
    suffix
  });
}
__name(_endsWith, "_endsWith");
// @__NO_SIDE_EFFECTS__
function _overwrite(tx) {
  return new $ZodCheckOverwrite({
    check: "overwrite",
    tx
  });
}
__name(_overwrite, "_overwrite");
// @__NO_SIDE_EFFECTS__
function _normalize(form) {
  return /* @__PURE__ */ _overwrite((input) => input.normalize(form));
}
__name(_normalize, "_normalize");
// @__NO_SIDE_EFFECTS__
function _trim() {
  return /* @__PURE__ */ _overwrite((input) => input.trim());
}
__name(_trim, "_trim");
// @__NO_SIDE_EFFECTS__
function _toLowerCase() {
  return /* @__PURE__ */ _overwrite((input) => input.toLowerCase());
}
__name(_toLowerCase, "_toLowerCase");
// @__NO_SIDE_EFFECTS__
function _toUpperCase() {
  return /* @__PURE__ */ _overwrite((input) => input.toUpperCase());
}
__name(_toUpperCase, "_toUpperCase");
// @__NO_SIDE_EFFECTS__
function _slugify() {
  return /* @__PURE__ */ _overwrite((input) => slugify(input));
}
__name(_slugify, "_slugify");
// @__NO_SIDE_EFFECTS__
function _array(Class2, element, params) {
  return new Class2({
    type: "array",
    element,
    // get element() {
    //   return element;
    // },
    ...normalizeParams(params)
  });
}
__name(_array, "_array");
// @__NO_SIDE_EFFECTS__
function _refine(Class2, fn, _params) {
  const schema = new Class2({
    type: "custom",
    check: "custom",
    fn,
    ...normalizeParams(_params)
  });
  return schema;
}
__name(_refine, "_refine");
// @__NO_SIDE_EFFECTS__
function _superRefine(fn, params) {
  const ch = /* @__PURE__ */ _check((payload) => {
    payload.addIssue = (issue2) => {
      if (typeof issue2 === "string") {
        payload.issues.push(issue(issue2, payload.value, ch._zod.def));
      } else {
        const _issue = issue2;
        if (_issue.fatal)
          _issue.continue = false;
        _issue.code ?? (_issue.code = "custom");
        if (!("input" in _issue))
          _issue.input = payload.value;
        _issue.inst ?? (_issue.inst = ch);
        _issue.continue ?? (_issue.continue = !ch._zod.def.abort);
        payload.issues.push(issue(_issue));
      }
    };
    return fn(payload.value, payload);
  }, params);
  return ch;
}
__name(_superRefine, "_superRefine");
// @__NO_SIDE_EFFECTS__
function _check(fn, params) {
  const ch = new $ZodCheck({
    check: "custom",
    ...normalizeParams(params)
  });
  ch._zod.check = fn;
  return ch;
}
__name(_check, "_check");

// node_modules/zod/v4/core/to-json-schema.js
function assignProps(target, ...sources) {
  for (const source of sources) {
    for (const key of Reflect.ownKeys(source)) {
      if (Object.prototype.propertyIsEnumerable.call(source, key)) {
        assignProp(target, key, source[key]);
      }
    }
  }
  return target;
}
__name(assignProps, "assignProps");
function initializeContext(params) {
  let target = params?.target ?? "draft-2020-12";
  if (target === "draft-4")
    target = "draft-04";
  if (target === "draft-7")
    target = "draft-07";
  return {
    processors: params.processors ?? {},
    metadataRegistry: params?.metadata ?? globalRegistry,
    target,
    unrepresentable: params?.unrepresentable ?? "throw",
    override: params?.override ?? (() => {
    }),
    io: params?.io ?? "output",
    counter: 0,
    seen: /* @__PURE__ */ new Map(),
    sharedDefsExtractedFor: void 0,
    sharedEmitDoneFor: void 0,
    cycles: params?.cycles ?? "ref",
    reused: params?.reused ?? "inline",
    intersections: [],
    deferred: [],
    external: params?.external ?? void 0
  };
}
__name(initializeContext, "initializeContext");
function handleUnrepresentable(schema, ctx, json2, params, message) {
  const result = typeof ctx.unrepresentable === "function" ? ctx.unrepresentable({ zodSchema: schema, path: params.path, message }) : ctx.unrepresentable;
  if (result === "any")
    return false;
  if (result === void 0 || result === "throw")
    throw new Error(message);
  Object.assign(json2, result);
  return true;
}
__name(handleUnrepresentable, "handleUnrepresentable");
function processSchema(schema, ctx, _params = { path: [], schemaPath: [] }) {
  var _a3;
  const def = schema._zod.def;
  const seen = ctx.seen.get(schema);
  if (seen) {
    seen.count++;
    const isCycle = _params.schemaPath.includes(schema);
    if (isCycle) {
      seen.cycle = _params.path;
    }
    return seen.schema;
  }
  const result = { schema: {}, count: 1, cycle: void 0, path: _params.path };
  ctx.seen.set(schema, result);
  ctx.sharedDefsExtractedFor = void 0;
  ctx.sharedEmitDoneFor = void 0;
  const overrideSchema = schema._zod.toJSONSchema?.();
  if (overrideSchema) {
    result.schema = overrideSchema;
  } else {
    const params = {
      ..._params,
      schemaPath: [..._params.schemaPath, schema],
      path: _params.path
    };
    if (schema._zod.processJSONSchema) {
      schema._zod.processJSONSchema(ctx, result.schema, params);
    } else {
      const _json = result.schema;
      const processor = ctx.processors[def.type];
      if (!processor) {
        throw new Error(`[toJSONSchema]: Non-representable type encountered: ${def.type}`);
      }
      processor(schema, ctx, _json, params);
    }
    const parent = schema._zod.parent;
    if (parent) {
      if (!result.ref)
        result.ref = parent;
      processSchema(parent, ctx, params);
      ctx.seen.get(parent).isParent = true;
    }
  }
  const meta2 = ctx.metadataRegistry.get(schema);
  if (meta2)
    assignProps(result.schema, meta2);
  if (ctx.io === "input" && isTransforming(schema)) {
    delete result.schema.examples;
    delete result.schema.default;
  }
  if (ctx.io === "input" && "_prefault" in result.schema)
    (_a3 = result.schema).default ?? (_a3.default = result.schema._prefault);
  delete result.schema._prefault;
  const _result = ctx.seen.get(schema);
  return _result.schema;
}
__name(processSchema, "processSchema");
function encodeJSONPointerSegment(segment) {
  return segment.replace(/~/g, "~0").replace(/\//g, "~1");
}
__name(encodeJSONPointerSegment, "encodeJSONPointerSegment");
function extractDefs(ctx, schema) {
  const root = ctx.seen.get(schema);
  if (!root)
    throw new Error("Unprocessed schema. This is a bug in Zod.");
  if (ctx.external && ctx.sharedDefsExtractedFor === ctx.external)
    return;
  const idToSchema = /* @__PURE__ */ new Map();
  for (const entry of ctx.seen.entries()) {
    const id = ctx.metadataRegistry.get(entry[0])?.id;
    if (id) {
      const existing = idToSchema.get(id);
      if (existing && existing !== entry[0]) {
        throw new Error(`Duplicate schema id "${id}" detected during JSON Schema conversion. Two different schemas cannot share the same id when converted together.`);
      }
      idToSchema.set(id, entry[0]);
    }
  }
  const makeURI = /* @__PURE__ */ __name((entry) => {
    const defsSegment = ctx.target === "draft-2020-12" ? "$defs" : "definitions";
    if (ctx.external) {
      const externalId = ctx.external.registry.get(entry[0])?.id;
      const uriGenerator = ctx.external.uri ?? ((id2) => id2);
      if (externalId) {
        return { ref: uriGenerator(externalId) };
      }
      const id = entry[1].defId ?? entry[1].schema.id ?? `schema${ctx.counter++}`;
      entry[1].defId = id;
      return { defId: id, ref: `${uriGenerator("__shared")}#/${defsSegment}/${encodeJSONPointerSegment(id)}` };
    }
    const uriPrefix = `#`;
    const defUriPrefix = `${uriPrefix}/${defsSegment}/`;
    if (entry[1] === root && !entry[1].schema.id) {
      return { ref: uriPrefix };
    }
    const defId = entry[1].schema.id ?? `__schema${ctx.counter++}`;
    return { defId, ref: defUriPrefix + encodeJSONPointerSegment(defId) };
  }, "makeURI");
  const extractToDef = /* @__PURE__ */ __name((entry) => {
    if (entry[1].schema.$ref) {
      return;
    }
    const seen = entry[1];
    const { ref: ref2, defId } = makeURI(entry);
    seen.def = { ...seen.schema };
    if (defId)
      seen.defId = defId;
    const schema2 = seen.schema;
    for (const key in schema2) {
      delete schema2[key];
    }
    schema2.$ref = ref2;
  }, "extractToDef");
  if (ctx.cycles === "throw") {
    for (const entry of ctx.seen.entries()) {
      const seen = entry[1];
      if (seen.cycle) {
        throw new Error(`Cycle detected: #/${seen.cycle?.join("/")}/<root>

Set the \`cycles\` parameter to \`"ref"\` to resolve cyclical schemas with defs.`);
      }
    }
  }
  for (const entry of ctx.seen.entries()) {
    const seen = entry[1];
    if (schema === entry[0]) {
      extractToDef(entry);
      continue;
    }
    if (ctx.external) {
      const ext = ctx.external.registry.get(entry[0])?.id;
      if (schema !== entry[0] && ext) {
        extractToDef(entry);
        continue;
      }
    }
    const id = ctx.metadataRegistry.get(entry[0])?.id;
    if (id) {
      extractToDef(entry);
      continue;
    }
    if (seen.cycle) {
      extractToDef(entry);
      continue;
    }
    if (seen.count > 1) {
      if (ctx.reused === "ref") {
        extractToDef(entry);
      }
    }
  }
  if (ctx.external)
    ctx.sharedDefsExtractedFor = ctx.external;
}
__name(extractDefs, "extractDefs");
function compactTypeUnion(schema) {
  const options = schema.anyOf;
  if (!Array.isArray(options) || options.length === 0 || schema.type !== void 0)
    return;
  const types = [];
  for (const option of options) {
    if (!option || typeof option !== "object")
      return;
    compactTypeUnion(option);
    const keys = Object.keys(option);
    if (keys.length !== 1 || keys[0] !== "type")
      return;
    const type = option.type;
    for (const member of Array.isArray(type) ? type : [type]) {
      if (typeof member !== "string")
        return;
      if (!types.includes(member))
        types.push(member);
    }
  }
  delete schema.anyOf;
  schema.type = types.length === 1 ? types[0] : types;
}
__name(compactTypeUnion, "compactTypeUnion");
var FOLDABLE_KEYS = /* @__PURE__ */ new Set(["type", "properties", "required", "additionalProperties"]);
var UNION_KEYS = ["oneOf", "anyOf"];
function undeclaredConstraint(member) {
  const extra = member.additionalProperties;
  if (extra === void 0 || extra === false || typeof extra !== "object" || extra === null)
    return null;
  return Object.keys(extra).length ? extra : null;
}
__name(undeclaredConstraint, "undeclaredConstraint");
function foldObjects(members2) {
  const objects = [];
  for (const member of members2) {
    if (typeof member !== "object" || member.type !== "object")
      return null;
    for (const key in member) {
      if (!FOLDABLE_KEYS.has(key))
        return null;
    }
    objects.push(member);
  }
  const properties = {};
  const required2 = /* @__PURE__ */ new Set();
  for (const object3 of objects) {
    for (const key in object3.properties) {
      if (Object.prototype.hasOwnProperty.call(properties, key))
        continue;
      const parts = [];
      for (const other of objects) {
        const part = other.properties?.[key] ?? undeclaredConstraint(other);
        if (part === null || part === void 0)
          continue;
        if (!parts.some((seen) => JSON.stringify(seen) === JSON.stringify(part)))
          parts.push(part);
      }
      const merged = parts.length === 1 ? parts[0] : foldObjects(parts) ?? { allOf: parts };
      assignProp(properties, key, merged);
    }
    for (const key of object3.required ?? [])
      required2.add(key);
  }
  const folded = { type: "object", properties };
  if (required2.size)
    folded.required = [...required2];
  if (objects.every((object3) => object3.additionalProperties === false)) {
    folded.additionalProperties = false;
  } else {
    const constraints = [];
    for (const object3 of objects) {
      const constraint = undeclaredConstraint(object3);
      if (constraint && !constraints.some((seen) => JSON.stringify(seen) === JSON.stringify(constraint)))
        constraints.push(constraint);
    }
    if (constraints.length === 1)
      folded.additionalProperties = constraints[0];
    else if (constraints.length > 1)
      folded.additionalProperties = { allOf: constraints };
  }
  return folded;
}
__name(foldObjects, "foldObjects");
function foldIntersection(json2) {
  const allOf = json2.allOf;
  if (!Array.isArray(allOf) || allOf.length < 2)
    return;
  for (const key of FOLDABLE_KEYS)
    if (key in json2)
      return;
  const unions = allOf.filter((m) => UNION_KEYS.some((k) => Array.isArray(m[k])));
  let folded = null;
  if (!unions.length) {
    folded = foldObjects(allOf);
  } else {
    const union2 = unions[0];
    const keyword = UNION_KEYS.find((k) => Array.isArray(union2[k]));
    if (Object.keys(union2).length !== 1)
      return;
    const rest = allOf.filter((m) => m !== union2);
    const branches = union2[keyword].map((branch) => foldObjects([...rest, branch]));
    if (branches.some((b) => !b))
      return;
    folded = { [keyword]: branches };
  }
  if (!folded)
    return;
  delete json2.allOf;
  assignProps(json2, folded);
}
__name(foldIntersection, "foldIntersection");
function finalize(ctx, schema) {
  const root = ctx.seen.get(schema);
  if (!root)
    throw new Error("Unprocessed schema. This is a bug in Zod.");
  const flattenRef = /* @__PURE__ */ __name((zodSchema) => {
    const seen = ctx.seen.get(zodSchema);
    if (seen.ref === null)
      return;
    const schema2 = seen.def ?? seen.schema;
    const _cached = { ...schema2 };
    const ref2 = seen.ref;
    seen.ref = null;
    if (ref2) {
      flattenRef(ref2);
      const refSeen = ctx.seen.get(ref2);
      const refSchema = refSeen.schema;
      if (refSchema.$ref && (ctx.target === "draft-07" || ctx.target === "draft-04" || ctx.target === "openapi-3.0")) {
        schema2.allOf = schema2.allOf ?? [];
        schema2.allOf.push(refSchema);
      } else {
        assignProps(schema2, refSchema);
      }
      assignProps(schema2, _cached);
      const isParentRef = zodSchema._zod.parent === ref2;
      if (isParentRef) {
        for (const key in schema2) {
          if (key === "$ref" || key === "allOf")
            continue;
          if (!(key in _cached)) {
            delete schema2[key];
          }
        }
      }
      if (refSchema.$ref && refSeen.def) {
        for (const key in schema2) {
          if (key === "$ref" || key === "allOf")
            continue;
          if (key in refSeen.def && JSON.stringify(schema2[key]) === JSON.stringify(refSeen.def[key])) {
            delete schema2[key];
          }
        }
      }
    }
    const parent = zodSchema._zod.parent;
    if (parent && parent !== ref2) {
      flattenRef(parent);
      const parentSeen = ctx.seen.get(parent);
      if (parentSeen?.schema.$ref) {
        schema2.$ref = parentSeen.schema.$ref;
        if (parentSeen.def) {
          for (const key in schema2) {
            if (key === "$ref" || key === "allOf")
              continue;
            if (key in parentSeen.def && JSON.stringify(schema2[key]) === JSON.stringify(parentSeen.def[key])) {
              delete schema2[key];
            }
          }
        }
      }
    }
    ctx.override({
      zodSchema,
      jsonSchema: schema2,
      path: seen.path ?? []
    });
  }, "flattenRef");
  if (!ctx.external || ctx.sharedEmitDoneFor !== ctx.external) {
    for (const entry of [...ctx.seen.entries()].reverse()) {
      flattenRef(entry[0]);
    }
    if (ctx.target !== "openapi-3.0") {
      for (const entry of ctx.seen.entries()) {
        compactTypeUnion(entry[1].def ?? entry[1].schema);
      }
    }
    for (const rewrite of ctx.deferred)
      rewrite();
    if (ctx.intersections.length) {
      const carriers = /* @__PURE__ */ new Map();
      for (const seen of ctx.seen.values()) {
        for (const json2 of [seen.schema, seen.def]) {
          const allOf = json2?.allOf;
          if (!Array.isArray(allOf))
            continue;
          const existing = carriers.get(allOf);
          if (existing)
            existing.push(json2);
          else
            carriers.set(allOf, [json2]);
        }
      }
      for (const allOf of ctx.intersections) {
        for (const json2 of carriers.get(allOf) ?? [])
          foldIntersection(json2);
      }
    }
  }
  const result = {};
  if (ctx.target === "draft-2020-12") {
    result.$schema = "https://json-schema.org/draft/2020-12/schema";
  } else if (ctx.target === "draft-07") {
    result.$schema = "http://json-schema.org/draft-07/schema#";
  } else if (ctx.target === "draft-04") {
    result.$schema = "http://json-schema.org/draft-04/schema#";
  } else if (ctx.target === "openapi-3.0") {
  } else {
  }
  if (ctx.external?.uri) {
    const id = ctx.external.registry.get(schema)?.id;
    if (!id)
      throw new Error("Schema is missing an `id` property");
    result.$id = ctx.external.uri(id);
  }
  assignProps(result, root.defId ? root.schema : root.def ?? root.schema);
  const rootMetaId = ctx.metadataRegistry.get(schema)?.id;
  if (rootMetaId !== void 0 && result.id === rootMetaId)
    delete result.id;
  const defs = ctx.external?.defs ?? {};
  if (!ctx.external || ctx.sharedEmitDoneFor !== ctx.external) {
    for (const entry of ctx.seen.entries()) {
      const seen = entry[1];
      if (seen.def && seen.defId) {
        if (seen.def.id === seen.defId)
          delete seen.def.id;
        assignProp(defs, seen.defId, seen.def);
      }
    }
  }
  if (ctx.external)
    ctx.sharedEmitDoneFor = ctx.external;
  if (ctx.external) {
  } else {
    if (Object.keys(defs).length > 0) {
      if (ctx.target === "draft-2020-12") {
        result.$defs = defs;
      } else {
        result.definitions = defs;
      }
    }
  }
  try {
    const finalized = JSON.parse(JSON.stringify(result));
    Object.defineProperty(finalized, "~standard", {
      value: {
        ...schema["~standard"],
        jsonSchema: {
          input: createStandardJSONSchemaMethod(schema, "input", ctx.processors),
          output: createStandardJSONSchemaMethod(schema, "output", ctx.processors)
        }
      },
      enumerable: false,
      writable: false
    });
    return finalized;
  } catch (_err) {
    throw new Error("Error converting schema to JSON.");
  }
}
__name(finalize, "finalize");
function isTransforming(_schema, _ctx) {
  const ctx = _ctx ?? { seen: /* @__PURE__ */ new Set() };
  if (ctx.seen.has(_schema))
    return false;
  ctx.seen.add(_schema);
  const def = _schema._zod.def;
  if (def.type === "transform")
    return true;
  if (def.type === "array")
    return isTransforming(def.element, ctx);
  if (def.type === "set")
    return isTransforming(def.valueType, ctx);
  if (def.type === "lazy")
    return isTransforming(def.getter(), ctx);
  if (def.type === "promise" || def.type === "optional" || def.type === "nonoptional" || def.type === "nullable" || def.type === "readonly" || def.type === "default" || def.type === "prefault" || def.type === "catch") {
    return isTransforming(def.innerType, ctx);
  }
  if (def.type === "intersection") {
    return isTransforming(def.left, ctx) || isTransforming(def.right, ctx);
  }
  if (def.type === "record" || def.type === "map") {
    return isTransforming(def.keyType, ctx) || isTransforming(def.valueType, ctx);
  }
  if (def.type === "pipe") {
    if (_schema._zod.traits.has("$ZodCodec"))
      return true;
    return isTransforming(def.in, ctx) || isTransforming(def.out, ctx);
  }
  if (def.type === "object") {
    for (const key in def.shape) {
      if (isTransforming(def.shape[key], ctx))
        return true;
    }
    return false;
  }
  if (def.type === "union") {
    for (const option of def.options) {
      if (isTransforming(option, ctx))
        return true;
    }
    return false;
  }
  if (def.type === "tuple") {
    for (const item of def.items) {
      if (isTransforming(item, ctx))
        return true;
    }
    if (def.rest && isTransforming(def.rest, ctx))
      return true;
    return false;
  }
  return false;
}
__name(isTransforming, "isTransforming");
var createToJSONSchemaMethod = /* @__PURE__ */ __name((schema, processors = {}) => (params) => {
  const ctx = initializeContext({ ...params, processors });
  processSchema(schema, ctx);
  extractDefs(ctx, schema);
  return finalize(ctx, schema);
}, "createToJSONSchemaMethod");
var createStandardJSONSchemaMethod = /* @__PURE__ */ __name((schema, io, processors = {}) => (params) => {
  const { libraryOptions, target } = params ?? {};
  const ctx = initializeContext({ ...libraryOptions ?? {}, target, io, processors });
  processSchema(schema, ctx);
  extractDefs(ctx, schema);
  return finalize(ctx, schema);
}, "createStandardJSONSchemaMethod");

// node_modules/zod/v4/core/json-schema-processors.js
var narrowMin = /* @__PURE__ */ __name((agg, key, value) => {
  if (agg[key] === void 0 || value > agg[key])
    agg[key] = value;
}, "narrowMin");
var narrowMax = /* @__PURE__ */ __name((agg, key, value) => {
  if (agg[key] === void 0 || value < agg[key])
    agg[key] = value;
}, "narrowMax");
var narrowBoth = /* @__PURE__ */ __name((agg, value) => {
  narrowMin(agg, "minimum", value);
  narrowMax(agg, "maximum", value);
}, "narrowBoth");
var addDivisor = /* @__PURE__ */ __name((agg, value) => {
  agg.multipleOf ?? (agg.multipleOf = []);
  if (!agg.multipleOf.includes(value))
    agg.multipleOf.push(value);
}, "addDivisor");
var addPattern = /* @__PURE__ */ __name((agg, pattern) => {
  agg.patterns ?? (agg.patterns = /* @__PURE__ */ new Set());
  agg.patterns.add(pattern);
}, "addPattern");
var intersectMime = /* @__PURE__ */ __name((agg, mime) => {
  agg.mime = agg.mime ? agg.mime.filter((m) => mime.includes(m)) : [...mime];
}, "intersectMime");
var setFormat = /* @__PURE__ */ __name((agg, format) => {
  agg.format = format;
  if (format.includes("int"))
    agg.isInt = true;
}, "setFormat");
var minContributor = /* @__PURE__ */ __name((agg, def) => narrowMin(agg, "minimum", def.minimum), "minContributor");
var maxContributor = /* @__PURE__ */ __name((agg, def) => narrowMax(agg, "maximum", def.maximum), "maxContributor");
var formatContributor = /* @__PURE__ */ __name((ranges) => (agg, def) => {
  setFormat(agg, def.format);
  const [minimum, maximum] = ranges[def.format];
  narrowMin(agg, "minimum", minimum);
  narrowMax(agg, "maximum", maximum);
}, "formatContributor");
var contributors = {
  greater_than: /* @__PURE__ */ __name((agg, def) => narrowMin(agg, def.inclusive ? "minimum" : "exclusiveMinimum", def.value), "greater_than"),
  less_than: /* @__PURE__ */ __name((agg, def) => narrowMax(agg, def.inclusive ? "maximum" : "exclusiveMaximum", def.value), "less_than"),
  multiple_of: /* @__PURE__ */ __name((agg, def) => addDivisor(agg, def.value), "multiple_of"),
  number_format: formatContributor(NUMBER_FORMAT_RANGES),
  bigint_format: formatContributor(BIGINT_FORMAT_RANGES),
  min_length: minContributor,
  max_length: maxContributor,
  length_equals: /* @__PURE__ */ __name((agg, def) => narrowBoth(agg, def.length), "length_equals"),
  min_size: minContributor,
  max_size: maxContributor,
  size_equals: /* @__PURE__ */ __name((agg, def) => narrowBoth(agg, def.size), "size_equals"),
  string_format: /* @__PURE__ */ __name((agg, def) => {
    setFormat(agg, def.format);
    if (def.pattern)
      addPattern(agg, def.pattern);
    if (def.format === "base64" || def.format === "base64url")
      agg.contentEncoding = def.format;
    if (def.local || def.precision === -1)
      agg.laxFormat = true;
  }, "string_format"),
  mime_type: /* @__PURE__ */ __name((agg, def) => intersectMime(agg, def.mime), "mime_type")
};
function aggregateChecks(schema) {
  const agg = {};
  const def = schema._zod.def;
  const list = schema._zod.traits.has("$ZodCheck") ? [schema, ...def.checks ?? []] : def.checks ?? [];
  for (const ch of list)
    contributors[ch._zod.def.check]?.(agg, ch._zod.def);
  const bag = schema._zod.bag;
  if (bag.minimum !== void 0)
    narrowMin(agg, "minimum", bag.minimum);
  if (bag.exclusiveMinimum !== void 0)
    narrowMin(agg, "exclusiveMinimum", bag.exclusiveMinimum);
  if (bag.maximum !== void 0)
    narrowMax(agg, "maximum", bag.maximum);
  if (bag.exclusiveMaximum !== void 0)
    narrowMax(agg, "exclusiveMaximum", bag.exclusiveMaximum);
  if (bag.multipleOf !== void 0)
    addDivisor(agg, bag.multipleOf);
  if (bag.format !== void 0) {
    agg.format ?? (agg.format = bag.format);
    if (bag.format.includes("int"))
      agg.isInt = true;
  }
  if (bag.mime)
    intersectMime(agg, bag.mime);
  for (const pattern of bag.patterns ?? [])
    addPattern(agg, pattern);
  return agg;
}
__name(aggregateChecks, "aggregateChecks");
var formatMap = {
  guid: "uuid",
  url: "uri",
  datetime: "date-time",
  json_string: "json-string",
  regex: ""
  // do not set
};
var exactPatterns = /* @__PURE__ */ new Map([
  [base64Charset, base64],
  [base64urlCharset, base64url]
]);
var exactPattern = /* @__PURE__ */ __name((p) => exactPatterns.get(p) ?? p, "exactPattern");
var stringProcessor = /* @__PURE__ */ __name((schema, ctx, _json, _params) => {
  const json2 = _json;
  json2.type = "string";
  const { minimum, maximum, format, patterns, contentEncoding, laxFormat } = aggregateChecks(schema);
  if (typeof minimum === "number")
    json2.minLength = minimum;
  if (typeof maximum === "number")
    json2.maxLength = maximum;
  if (format) {
    json2.format = formatMap[format] ?? format;
    if (json2.format === "")
      delete json2.format;
    if (format === "time" || laxFormat) {
      delete json2.format;
    }
  }
  if (contentEncoding)
    json2.contentEncoding = contentEncoding;
  if (patterns && patterns.size > 0) {
    const patternList = [...patterns].map(exactPattern);
    if (patternList.length === 1)
      json2.pattern = patternList[0].source;
    else if (patternList.length > 1) {
      json2.allOf = [
        ...patternList.map((regex) => ({
          ...ctx.target === "draft-07" || ctx.target === "draft-04" || ctx.target === "openapi-3.0" ? { type: "string" } : {},
          pattern: regex.source
        }))
      ];
    }
  }
}, "stringProcessor");
var numberProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const json2 = _json;
  const { minimum, maximum, multipleOf, exclusiveMaximum, exclusiveMinimum, isInt } = aggregateChecks(schema);
  json2.type = isInt ? "integer" : "number";
  const exMin = typeof exclusiveMinimum === "number" && exclusiveMinimum >= (minimum ?? Number.NEGATIVE_INFINITY);
  const exMax = typeof exclusiveMaximum === "number" && exclusiveMaximum <= (maximum ?? Number.POSITIVE_INFINITY);
  const legacy = ctx.target === "draft-04" || ctx.target === "openapi-3.0";
  if (exMin) {
    if (legacy) {
      json2.minimum = exclusiveMinimum;
      json2.exclusiveMinimum = true;
    } else {
      json2.exclusiveMinimum = exclusiveMinimum;
    }
  } else if (typeof minimum === "number") {
    json2.minimum = minimum;
  }
  if (exMax) {
    if (legacy) {
      json2.maximum = exclusiveMaximum;
      json2.exclusiveMaximum = true;
    } else {
      json2.exclusiveMaximum = exclusiveMaximum;
    }
  } else if (typeof maximum === "number") {
    json2.maximum = maximum;
  }
  if (multipleOf) {
    const divisors = /* @__PURE__ */ new Set();
    for (const divisor of multipleOf) {
      if (Number.isFinite(divisor) && divisor !== 0)
        divisors.add(Math.abs(divisor));
      else
        handleUnrepresentable(schema, ctx, json2, params, `A multipleOf divisor of ${divisor} cannot be represented in JSON Schema`);
    }
    const [first, ...rest] = divisors;
    if (first !== void 0)
      json2.multipleOf = first;
    if (rest.length)
      json2.allOf = [...json2.allOf ?? [], ...rest.map((m) => ({ multipleOf: m }))];
  }
}, "numberProcessor");
var booleanProcessor = /* @__PURE__ */ __name((_schema, _ctx, json2, _params) => {
  json2.type = "boolean";
}, "booleanProcessor");
var bigintProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "BigInt cannot be represented in JSON Schema");
}, "bigintProcessor");
var symbolProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Symbols cannot be represented in JSON Schema");
}, "symbolProcessor");
var nullProcessor = /* @__PURE__ */ __name((_schema, ctx, json2, _params) => {
  if (ctx.target === "openapi-3.0") {
    json2.type = "string";
    json2.nullable = true;
    json2.enum = [null];
  } else {
    json2.type = "null";
  }
}, "nullProcessor");
var undefinedProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Undefined cannot be represented in JSON Schema");
}, "undefinedProcessor");
var voidProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Void cannot be represented in JSON Schema");
}, "voidProcessor");
var neverProcessor = /* @__PURE__ */ __name((_schema, _ctx, json2, _params) => {
  json2.not = {};
}, "neverProcessor");
var anyProcessor = /* @__PURE__ */ __name((_schema, _ctx, _json, _params) => {
}, "anyProcessor");
var unknownProcessor = /* @__PURE__ */ __name((_schema, _ctx, _json, _params) => {
}, "unknownProcessor");
var dateProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Date cannot be represented in JSON Schema");
}, "dateProcessor");
var enumProcessor = /* @__PURE__ */ __name((schema, _ctx, json2, _params) => {
  const def = schema._zod.def;
  const values = getEnumValues(def.entries);
  if (values.length === 0) {
    json2.not = {};
    return;
  }
  if (values.every((v) => typeof v === "number"))
    json2.type = "number";
  if (values.every((v) => typeof v === "string"))
    json2.type = "string";
  json2.enum = values;
}, "enumProcessor");
var literalProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  if (def.values.length === 0) {
    json2.not = {};
    return;
  }
  const vals = [];
  for (const val of def.values) {
    if (val === void 0) {
      if (handleUnrepresentable(schema, ctx, json2, params, "Literal `undefined` cannot be represented in JSON Schema"))
        return;
    } else if (typeof val === "bigint") {
      if (handleUnrepresentable(schema, ctx, json2, params, "BigInt literals cannot be represented in JSON Schema"))
        return;
      vals.push(Number(val));
    } else {
      vals.push(val);
    }
  }
  if (vals.length === 0) {
  } else if (vals.length === 1) {
    const val = vals[0];
    json2.type = val === null ? "null" : typeof val;
    if (ctx.target === "draft-04" || ctx.target === "openapi-3.0") {
      json2.enum = [val];
    } else {
      json2.const = val;
    }
  } else {
    if (vals.every((v) => typeof v === "number"))
      json2.type = "number";
    if (vals.every((v) => typeof v === "string"))
      json2.type = "string";
    if (vals.every((v) => typeof v === "boolean"))
      json2.type = "boolean";
    if (vals.every((v) => v === null))
      json2.type = "null";
    json2.enum = vals;
  }
}, "literalProcessor");
var nanProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "NaN cannot be represented in JSON Schema");
}, "nanProcessor");
var templateLiteralProcessor = /* @__PURE__ */ __name((schema, _ctx, json2, _params) => {
  const _json = json2;
  const pattern = schema._zod.pattern;
  if (!pattern)
    throw new Error("Pattern not found in template literal");
  _json.type = "string";
  _json.pattern = pattern.source;
}, "templateLiteralProcessor");
var fileProcessor = /* @__PURE__ */ __name((schema, _ctx, json2, _params) => {
  const _json = json2;
  _json.type = "string";
  _json.format = "binary";
  _json.contentEncoding = "binary";
  const { minimum, maximum, mime } = aggregateChecks(schema);
  if (minimum !== void 0)
    _json.minLength = minimum;
  if (maximum !== void 0)
    _json.maxLength = maximum;
  if (!mime)
    return;
  if (mime.length === 0)
    _json.not = {};
  else if (mime.length === 1)
    _json.contentMediaType = mime[0];
  else
    _json.anyOf = mime.map((m) => ({ contentMediaType: m }));
}, "fileProcessor");
var successProcessor = /* @__PURE__ */ __name((_schema, _ctx, json2, _params) => {
  json2.type = "boolean";
}, "successProcessor");
var customProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Custom types cannot be represented in JSON Schema");
}, "customProcessor");
var functionProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Function types cannot be represented in JSON Schema");
}, "functionProcessor");
var transformProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Transforms cannot be represented in JSON Schema");
}, "transformProcessor");
var mapProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Map cannot be represented in JSON Schema");
}, "mapProcessor");
var setProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  handleUnrepresentable(schema, ctx, json2, params, "Set cannot be represented in JSON Schema");
}, "setProcessor");
var arrayProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const json2 = _json;
  const def = schema._zod.def;
  const { minimum, maximum } = aggregateChecks(schema);
  if (typeof minimum === "number")
    json2.minItems = minimum;
  if (typeof maximum === "number")
    json2.maxItems = maximum;
  json2.type = "array";
  json2.items = processSchema(def.element, ctx, {
    ...params,
    path: [...params.path, "items"]
  });
}, "arrayProcessor");
function inputOptin(schema) {
  const def = schema._zod.def;
  if (def.type === "pipe" && def.in._zod.traits.has("$ZodTransform")) {
    return inputOptin(def.out);
  }
  if (def.type === "catch") {
    return inputOptin(def.innerType);
  }
  return schema._zod.optin;
}
__name(inputOptin, "inputOptin");
var objectProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const json2 = _json;
  const def = schema._zod.def;
  const shape = def.shape;
  const symbolKeys = Object.getOwnPropertySymbols(shape);
  if (symbolKeys.length && handleUnrepresentable(schema, ctx, json2, params, "Symbol keys cannot be represented in JSON Schema")) {
    return;
  }
  json2.type = "object";
  json2.properties = {};
  for (const key in shape) {
    assignProp(json2.properties, key, processSchema(shape[key], ctx, {
      ...params,
      path: [...params.path, "properties", key]
    }));
  }
  const requiredKeys = [];
  for (const key of Object.keys(shape)) {
    const field = def.shape[key];
    if (ctx.io === "input" ? inputOptin(field) === void 0 : field._zod.optout === void 0) {
      requiredKeys.push(key);
    }
  }
  if (requiredKeys.length > 0) {
    json2.required = requiredKeys;
  }
  if (def.catchall?._zod.def.type === "never") {
    json2.additionalProperties = false;
  } else if (!def.catchall) {
    if (ctx.io === "output")
      json2.additionalProperties = false;
  } else if (def.catchall) {
    json2.additionalProperties = processSchema(def.catchall, ctx, {
      ...params,
      path: [...params.path, "additionalProperties"]
    });
  }
}, "objectProcessor");
var unionProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  const isExclusive = def.inclusive === false;
  const options = def.options.map((x, i) => processSchema(x, ctx, {
    ...params,
    path: [...params.path, isExclusive ? "oneOf" : "anyOf", i]
  }));
  if (isExclusive) {
    json2.oneOf = options;
  } else {
    json2.anyOf = options;
  }
}, "unionProcessor");
var intersectionProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  const a = processSchema(def.left, ctx, {
    ...params,
    path: [...params.path, "allOf", 0]
  });
  const b = processSchema(def.right, ctx, {
    ...params,
    path: [...params.path, "allOf", 1]
  });
  const isSimpleIntersection = /* @__PURE__ */ __name((val) => "allOf" in val && Object.keys(val).length === 1, "isSimpleIntersection");
  const allOf = [
    ...isSimpleIntersection(a) ? a.allOf : [a],
    ...isSimpleIntersection(b) ? b.allOf : [b]
  ];
  json2.allOf = allOf;
  ctx.intersections.push(allOf);
}, "intersectionProcessor");
var tupleProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const json2 = _json;
  const def = schema._zod.def;
  json2.type = "array";
  const prefixPath = ctx.target === "draft-2020-12" ? "prefixItems" : "items";
  const restPath = ctx.target === "draft-2020-12" ? "items" : ctx.target === "openapi-3.0" ? "items" : "additionalItems";
  const prefixItems = def.items.map((x, i) => processSchema(x, ctx, {
    ...params,
    path: [...params.path, prefixPath, i]
  }));
  const rest = def.rest ? processSchema(def.rest, ctx, {
    ...params,
    path: [...params.path, restPath, ...ctx.target === "openapi-3.0" ? [def.items.length] : []]
  }) : null;
  let minItems = def.items.length;
  while (minItems > 0) {
    const item = def.items[minItems - 1];
    const optional2 = ctx.io === "input" ? inputOptin(item) !== void 0 : item._zod.optout === "optional";
    if (!optional2)
      break;
    minItems--;
  }
  const maxItems = def.items.length;
  const isClosed = !def.rest;
  if (ctx.target === "draft-2020-12") {
    json2.prefixItems = prefixItems;
    if (isClosed) {
      json2.items = false;
    } else if (rest) {
      json2.items = rest;
    }
    if (minItems > 0)
      json2.minItems = minItems;
    if (isClosed)
      json2.maxItems = maxItems;
  } else if (ctx.target === "openapi-3.0") {
    json2.items = {
      anyOf: prefixItems
    };
    if (rest) {
      json2.items.anyOf.push(rest);
    }
    if (minItems > 0)
      json2.minItems = minItems;
    if (isClosed)
      json2.maxItems = maxItems;
  } else {
    json2.items = prefixItems;
    if (isClosed) {
      json2.additionalItems = false;
    } else if (rest) {
      json2.additionalItems = rest;
    }
    if (minItems > 0)
      json2.minItems = minItems;
    if (isClosed)
      json2.maxItems = maxItems;
  }
  const { minimum, maximum } = aggregateChecks(schema);
  if (typeof minimum === "number")
    json2.minItems = minimum;
  if (typeof maximum === "number")
    json2.maxItems = maximum;
}, "tupleProcessor");
function stringifyKeyNames(bySchema, json2, visited) {
  if (json2.$ref) {
    if (visited.has(json2))
      return json2;
    visited.add(json2);
    const def = bySchema.get(json2)?.def;
    if (!def)
      return json2;
    const inlined = stringifyKeyNames(bySchema, def, visited);
    return inlined === def ? json2 : inlined;
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = json2[keyword];
    if (!Array.isArray(branches))
      continue;
    const mapped = branches.map((branch) => stringifyKeyNames(bySchema, branch, visited));
    if (mapped.some((branch, i) => branch !== branches[i]))
      json2 = { ...json2, [keyword]: mapped };
  }
  const types = Array.isArray(json2.type) ? json2.type : [json2.type];
  const numericType = !types.includes("string") && types.some((t) => t === "number" || t === "integer");
  const values = json2.enum ?? (json2.const !== void 0 ? [json2.const] : void 0);
  if (!numericType && !values?.some((v) => typeof v === "number"))
    return json2;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format, id, ...rest } = json2;
  if (rest.enum)
    rest.enum = rest.enum.map((v) => typeof v === "number" ? String(v) : v);
  else if (typeof rest.const === "number")
    rest.const = String(rest.const);
  if (!numericType)
    return rest;
  rest.type = "string";
  if (!values)
    rest.pattern = (types.includes("number") ? number : integer).source;
  return rest;
}
__name(stringifyKeyNames, "stringifyKeyNames");
var pendingRecords = /* @__PURE__ */ new WeakMap();
function rewriteKeyNames(ctx) {
  const bySchema = /* @__PURE__ */ new Map();
  for (const entry of ctx.seen.values()) {
    if (entry.def && !bySchema.has(entry.schema))
      bySchema.set(entry.schema, entry);
  }
  const rewrites = /* @__PURE__ */ new Map();
  for (const record2 of pendingRecords.get(ctx) ?? []) {
    const seen = ctx.seen.get(record2);
    const names = (seen?.def ?? seen?.schema)?.propertyNames;
    if (!names || names === true || rewrites.has(names))
      continue;
    const rewritten = stringifyKeyNames(bySchema, names, /* @__PURE__ */ new Set());
    if (rewritten !== names)
      rewrites.set(names, rewritten);
  }
  if (!rewrites.size)
    return;
  for (const entry of ctx.seen.values()) {
    for (const carrier of [entry.schema, entry.def]) {
      const rewritten = carrier && rewrites.get(carrier.propertyNames);
      if (rewritten)
        carrier.propertyNames = rewritten;
    }
  }
}
__name(rewriteKeyNames, "rewriteKeyNames");
var recordProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const json2 = _json;
  const def = schema._zod.def;
  json2.type = "object";
  const keyType = def.keyType;
  const patterns = aggregateChecks(keyType).patterns;
  if (def.mode === "loose" && patterns && patterns.size > 0) {
    const valueSchema = processSchema(def.valueType, ctx, {
      ...params,
      path: [...params.path, "patternProperties", "*"]
    });
    json2.patternProperties = {};
    for (const pattern of patterns) {
      assignProp(json2.patternProperties, exactPattern(pattern).source, valueSchema);
    }
  } else {
    if (ctx.target === "draft-07" || ctx.target === "draft-2020-12") {
      json2.propertyNames = processSchema(def.keyType, ctx, {
        ...params,
        path: [...params.path, "propertyNames"]
      });
      let pending = pendingRecords.get(ctx);
      if (!pending) {
        pending = [];
        pendingRecords.set(ctx, pending);
        ctx.deferred.push(() => rewriteKeyNames(ctx));
      }
      pending.push(schema);
    }
    json2.additionalProperties = processSchema(def.valueType, ctx, {
      ...params,
      path: [...params.path, "additionalProperties"]
    });
  }
  const keyValues = keyType._zod.values;
  const omittableOnInput = ctx.io === "input" && inputOptin(def.valueType) !== void 0;
  if (keyValues && !def.partial && !omittableOnInput) {
    const validKeyValues = [...keyValues].filter((v) => typeof v === "string" || typeof v === "number");
    if (validKeyValues.length > 0) {
      json2.required = validKeyValues.map(String);
    }
  }
}, "recordProcessor");
var nullableProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  const inner = processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  if (ctx.target === "openapi-3.0") {
    seen.ref = def.innerType;
    json2.nullable = true;
  } else {
    json2.anyOf = [inner, { type: "null" }];
  }
}, "nullableProcessor");
var nonoptionalProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const def = schema._zod.def;
  processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = def.innerType;
}, "nonoptionalProcessor");
var UNREPRESENTABLE_DEFAULT = /* @__PURE__ */ Symbol();
function serializeDefaultValue(value, schema, ctx, json2, params) {
  let unrepresentable = false;
  const serialized = JSON.stringify(value, (_, val) => {
    if (typeof val !== "bigint")
      return val;
    unrepresentable = true;
    return null;
  });
  if (!unrepresentable)
    return JSON.parse(serialized);
  handleUnrepresentable(schema, ctx, json2, params, "BigInt defaults cannot be represented in JSON Schema");
  return UNREPRESENTABLE_DEFAULT;
}
__name(serializeDefaultValue, "serializeDefaultValue");
var defaultProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = def.innerType;
  const value = serializeDefaultValue(def.defaultValue, schema, ctx, json2, params);
  if (value !== UNREPRESENTABLE_DEFAULT)
    json2.default = value;
}, "defaultProcessor");
var prefaultProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = def.innerType;
  if (ctx.io !== "input")
    return;
  const value = serializeDefaultValue(def.defaultValue, schema, ctx, json2, params);
  if (value !== UNREPRESENTABLE_DEFAULT)
    json2._prefault = value;
}, "prefaultProcessor");
var catchProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = def.innerType;
  let catchValue;
  try {
    catchValue = def.catchValue(void 0);
  } catch {
    handleUnrepresentable(schema, ctx, json2, params, "Dynamic catch values are not supported in JSON Schema");
    return;
  }
  json2.default = catchValue;
}, "catchProcessor");
var pipeProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const def = schema._zod.def;
  const inIsTransform = def.in._zod.traits.has("$ZodTransform");
  const innerType = ctx.io === "input" ? inIsTransform ? def.out : def.in : def.out;
  processSchema(innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = innerType;
}, "pipeProcessor");
var readonlyProcessor = /* @__PURE__ */ __name((schema, ctx, json2, params) => {
  const def = schema._zod.def;
  processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = def.innerType;
  json2.readOnly = true;
}, "readonlyProcessor");
var promiseProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const def = schema._zod.def;
  processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = def.innerType;
}, "promiseProcessor");
var optionalProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const def = schema._zod.def;
  processSchema(def.innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = def.innerType;
}, "optionalProcessor");
var lazyProcessor = /* @__PURE__ */ __name((schema, ctx, _json, params) => {
  const innerType = schema._zod.innerType;
  processSchema(innerType, ctx, params);
  const seen = ctx.seen.get(schema);
  seen.ref = innerType;
}, "lazyProcessor");
var allProcessors = {
  string: stringProcessor,
  number: numberProcessor,
  boolean: booleanProcessor,
  bigint: bigintProcessor,
  symbol: symbolProcessor,
  null: nullProcessor,
  undefined: undefinedProcessor,
  void: voidProcessor,
  never: neverProcessor,
  any: anyProcessor,
  unknown: unknownProcessor,
  date: dateProcessor,
  enum: enumProcessor,
  literal: literalProcessor,
  nan: nanProcessor,
  template_literal: templateLiteralProcessor,
  file: fileProcessor,
  success: successProcessor,
  custom: customProcessor,
  function: functionProcessor,
  transform: transformProcessor,
  map: mapProcessor,
  set: setProcessor,
  array: arrayProcessor,
  object: objectProcessor,
  union: unionProcessor,
  intersection: intersectionProcessor,
  tuple: tupleProcessor,
  record: recordProcessor,
  nullable: nullableProcessor,
  nonoptional: nonoptionalProcessor,
  default: defaultProcessor,
  prefault: prefaultProcessor,
  catch: catchProcessor,
  pipe: pipeProcessor,
  readonly: readonlyProcessor,
  promise: promiseProcessor,
  optional: optionalProcessor,
  lazy: lazyProcessor
};
function toJSONSchema(input, params) {
  if ("_idmap" in input) {
    const registry2 = input;
    const ctx2 = initializeContext({ ...params, processors: allProcessors });
    const defs = {};
    for (const entry of registry2._idmap.entries()) {
      const [_, schema] = entry;
      processSchema(schema, ctx2);
    }
    const schemas = {};
    const external = {
      registry: registry2,
      uri: params?.uri,
      defs
    };
    ctx2.external = external;
    for (const entry of registry2._idmap.entries()) {
      const [key, schema] = entry;
      extractDefs(ctx2, schema);
      assignProp(schemas, key, finalize(ctx2, schema));
    }
    if (Object.keys(defs).length > 0) {
      const defsSegment = ctx2.target === "draft-2020-12" ? "$defs" : "definitions";
      schemas.__shared = {
        [defsSegment]: defs
      };
    }
    return { schemas };
  }
  const ctx = initializeContext({ ...params, processors: allProcessors });
  processSchema(input, ctx);
  extractDefs(ctx, input);
  return finalize(ctx, input);
}
__name(toJSONSchema, "toJSONSchema");

// node_modules/zod/v4/classic/errors.js
var _installedErrorProtos = /* @__PURE__ */ new WeakSet([Object.prototype, Error.prototype]);
function _lazyMethod(proto, key, make) {
  Object.defineProperty(proto, key, {
    configurable: true,
    enumerable: false,
    get() {
      const value = make(this);
      Object.defineProperty(this, key, { value, configurable: true, writable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(this, key, { value, configurable: true, writable: true });
    }
  });
}
__name(_lazyMethod, "_lazyMethod");
var initializer2 = /* @__PURE__ */ __name((inst, issues) => {
  $ZodError.init(inst, issues);
  inst.name = "ZodError";
  const proto = Object.getPrototypeOf(inst);
  if (_installedErrorProtos.has(proto))
    return;
  _installedErrorProtos.add(proto);
  _lazyMethod(proto, "format", (self) => (mapper) => formatError(self, mapper));
  _lazyMethod(proto, "flatten", (self) => (mapper) => flattenError(self, mapper));
  _lazyMethod(proto, "addIssue", (self) => (issue2) => {
    self.issues.push(issue2);
    self.message = JSON.stringify(self.issues, jsonStringifyReplacer, 2);
  });
  _lazyMethod(proto, "addIssues", (self) => (issues2) => {
    self.issues.push(...issues2);
    self.message = JSON.stringify(self.issues, jsonStringifyReplacer, 2);
  });
  Object.defineProperty(proto, "isEmpty", {
    configurable: true,
    enumerable: false,
    get() {
      return this.issues.length === 0;
    }
  });
}, "initializer");
var ZodRealError = /* @__PURE__ */ $constructor("ZodError", initializer2, void 0, {
  Parent: Error
});

// node_modules/zod/v4/classic/parse.js
var parse3 = /* @__PURE__ */ _parse(ZodRealError);
var parseAsync = /* @__PURE__ */ _parseAsync(ZodRealError);
var safeParse = /* @__PURE__ */ _safeParse(ZodRealError);
var safeParseAsync = /* @__PURE__ */ _safeParseAsync(ZodRealError);
var encode = /* @__PURE__ */ _encode(ZodRealError);
var decode = /* @__PURE__ */ _decode(ZodRealError);
var encodeAsync = /* @__PURE__ */ _encodeAsync(ZodRealError);
var decodeAsync = /* @__PURE__ */ _decodeAsync(ZodRealError);
var safeEncode = /* @__PURE__ */ _safeEncode(ZodRealError);
var safeDecode = /* @__PURE__ */ _safeDecode(ZodRealError);
var safeEncodeAsync = /* @__PURE__ */ _safeEncodeAsync(ZodRealError);
var safeDecodeAsync = /* @__PURE__ */ _safeDecodeAsync(ZodRealError);

// node_modules/zod/v4/classic/schemas.js
function _ensureDefaultLocale() {
  if (!globalConfig.localeError)
    config(en_default());
}
__name(_ensureDefaultLocale, "_ensureDefaultLocale");
function _ensureDefaultMemoizer() {
  if (!globalConfig.memoizer)
    config({ memoizer: memoizer() });
}
__name(_ensureDefaultMemoizer, "_ensureDefaultMemoizer");
var ZodType = /* @__PURE__ */ $constructor("ZodType", (inst, def) => {
  _ensureDefaultLocale();
  $ZodType.init(inst, def);
  inst.def = def;
  inst.type = def.type;
  return inst;
}, {
  check(...chks) {
    const def = this.def;
    return this.clone(util_exports.mergeDefs(def, {
      checks: [
        ...def.checks ?? [],
        ...chks.map((ch) => typeof ch === "function" ? { _zod: { check: ch, def: { check: "custom" }, onattach: [] } } : ch)
      ]
    }), { parent: true });
  },
  with(...chks) {
    return this.check(...chks);
  },
  clone(def, params) {
    return clone(this, def, params);
  },
  brand() {
    return this;
  },
  register(reg, meta2) {
    reg.add(this, meta2);
    return this;
  },
  refine(check2, params) {
    return this.check(refine(check2, params));
  },
  superRefine(refinement, params) {
    return this.check(superRefine(refinement, params));
  },
  overwrite(fn) {
    return this.check(_overwrite(fn));
  },
  optional() {
    return optional(this);
  },
  exactOptional() {
    return exactOptional(this);
  },
  nullable() {
    return nullable(this);
  },
  nullish() {
    return optional(nullable(this));
  },
  nonoptional(params) {
    return nonoptional(this, params);
  },
  array() {
    return array(this);
  },
  or(arg) {
    return union([this, arg]);
  },
  and(arg) {
    return intersection(this, arg);
  },
  transform(tx) {
    return pipe(this, transform(tx));
  },
  default(d) {
    return _default(this, d);
  },
  prefault(d) {
    return prefault(this, d);
  },
  catch(params) {
    return _catch(this, params);
  },
  pipe(target) {
    return pipe(this, target);
  },
  readonly() {
    return readonly(this);
  },
  describe(description) {
    const cl = this.clone();
    globalRegistry.add(cl, { description });
    return cl;
  },
  meta(...args) {
    if (args.length === 0)
      return globalRegistry.get(this);
    const cl = this.clone();
    globalRegistry.add(cl, args[0]);
    return cl;
  },
  isOptional() {
    return this.safeParse(void 0).success;
  },
  isNullable() {
    return this.safeParse(null).success;
  },
  apply(fn, ...args) {
    return args.length === 0 ? fn(this) : fn(this, ...args);
  },
  // Overrides core's `~standard` to add `jsonSchema`. Must stay a prototype entry: redefining it per instance demotes instances to dictionary mode.
  get "~standard"() {
    return util_exports.hide(this, "~standard", {
      ...standardProps(this),
      jsonSchema: {
        input: createStandardJSONSchemaMethod(this, "input"),
        output: createStandardJSONSchemaMethod(this, "output")
      }
    });
  },
  set "~standard"(value) {
    util_exports.own(this, "~standard", value);
  },
  parse: /* @__PURE__ */ __name(function _parse2(data, params) {
    return parse3(this, data, params, { callee: _parse2 });
  }, "_parse"),
  parseAsync: /* @__PURE__ */ __name(async function _parseAsync2(data, params) {
    return await parseAsync(this, data, params, { callee: _parseAsync2 });
  }, "_parseAsync"),
  safeParse(data, params) {
    return safeParse(this, data, params);
  },
  async safeParseAsync(data, params) {
    return safeParseAsync(this, data, params);
  },
  // `spa` is an alias: same function object as `safeParseAsync`, as before.
  get spa() {
    return this?.safeParseAsync;
  },
  set spa(value) {
    util_exports.own(this, "spa", value);
  },
  validate(data, params) {
    return validate2(this, data, params);
  },
  validateAsync(data, params) {
    return validateAsync(this, data, params);
  },
  encode: /* @__PURE__ */ __name(function _encode2(data, params) {
    return encode(this, data, params, { callee: _encode2 });
  }, "_encode"),
  decode: /* @__PURE__ */ __name(function _decode2(data, params) {
    return decode(this, data, params, { callee: _decode2 });
  }, "_decode"),
  encodeAsync: /* @__PURE__ */ __name(async function _encodeAsync2(data, params) {
    return await encodeAsync(this, data, params, { callee: _encodeAsync2 });
  }, "_encodeAsync"),
  decodeAsync: /* @__PURE__ */ __name(async function _decodeAsync2(data, params) {
    return await decodeAsync(this, data, params, { callee: _decodeAsync2 });
  }, "_decodeAsync"),
  safeEncode(data, params) {
    return safeEncode(this, data, params);
  },
  safeDecode(data, params) {
    return safeDecode(this, data, params);
  },
  async safeEncodeAsync(data, params) {
    return safeEncodeAsync(this, data, params);
  },
  async safeDecodeAsync(data, params) {
    return safeDecodeAsync(this, data, params);
  },
  toJSONSchema(params) {
    return createToJSONSchemaMethod(this, {})(params);
  },
  // Reads through to the registry on every access, so it must not cache.
  get description() {
    return globalRegistry.get(this)?.description;
  },
  // No setter: `schema._def = x` throws, as it did when `_def` was a non-writable own property.
  get _def() {
    return this._zod.def;
  }
});
var _ZodString = /* @__PURE__ */ $constructor(
  "_ZodString",
  (inst, def) => {
    $ZodString.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json2, params) => stringProcessor(inst, ctx, json2, params);
  },
  /* @__PURE__ */ util_exports.derived({
    format: /* @__PURE__ */ __name((inst) => aggregateChecks(inst).format ?? null, "format"),
    minLength: /* @__PURE__ */ __name((inst) => aggregateChecks(inst).minimum ?? null, "minLength"),
    maxLength: /* @__PURE__ */ __name((inst) => aggregateChecks(inst).maximum ?? null, "maxLength")
  }, {
    regex(...args) {
      return this.check(_regex(...args));
    },
    includes(...args) {
      return this.check(_includes(...args));
    },
    startsWith(...args) {
      return this.check(_startsWith(...args));
    },
    endsWith(...args) {
      return this.check(_endsWith(...args));
    },
    min(...args) {
      return this.check(_minLength(...args));
    },
    max(...args) {
      return this.check(_maxLength(...args));
    },
    length(...args) {
      return this.check(_length(...args));
    },
    nonempty(...args) {
      return this.check(_minLength(1, ...args));
    },
    lowercase(params) {
      return this.check(_lowercase(params));
    },
    uppercase(params) {
      return this.check(_uppercase(params));
    },
    trim() {
      return this.check(_trim());
    },
    normalize(...args) {
      return this.check(_normalize(...args));
    },
    toLowerCase() {
      return this.check(_toLowerCase());
    },
    toUpperCase() {
      return this.check(_toUpperCase());
    },
    slugify() {
      return this.check(_slugify());
    }
  })
);
var ZodString = /* @__PURE__ */ $constructor("ZodString", (inst, def) => {
  $ZodString.init(inst, def);
  _ZodString.init(inst, def);
}, {
  email(params) {
    return this.check(_email(ZodEmail, params));
  },
  url(params) {
    return this.check(_url(ZodURL, params));
  },
  jwt(params) {
    return this.check(_jwt(ZodJWT, params));
  },
  emoji(params) {
    return this.check(_emoji2(ZodEmoji, params));
  },
  guid(params) {
    return this.check(_guid(ZodGUID, params));
  },
  uuid(params) {
    return this.check(_uuid(ZodUUID, params));
  },
  uuidv4(params) {
    return this.check(_uuidv4(ZodUUID, params));
  },
  uuidv6(params) {
    return this.check(_uuidv6(ZodUUID, params));
  },
  uuidv7(params) {
    return this.check(_uuidv7(ZodUUID, params));
  },
  nanoid(params) {
    return this.check(_nanoid(ZodNanoID, params));
  },
  cuid(params) {
    return this.check(_cuid(ZodCUID, params));
  },
  cuid2(params) {
    return this.check(_cuid2(ZodCUID2, params));
  },
  ulid(params) {
    return this.check(_ulid(ZodULID, params));
  },
  base64(params) {
    return this.check(_base64(ZodBase64, params));
  },
  base64url(params) {
    return this.check(_base64url(ZodBase64URL, params));
  },
  xid(params) {
    return this.check(_xid(ZodXID, params));
  },
  ksuid(params) {
    return this.check(_ksuid(ZodKSUID, params));
  },
  ipv4(params) {
    return this.check(_ipv4(ZodIPv4, params));
  },
  ipv6(params) {
    return this.check(_ipv6(ZodIPv6, params));
  },
  cidrv4(params) {
    return this.check(_cidrv4(ZodCIDRv4, params));
  },
  cidrv6(params) {
    return this.check(_cidrv6(ZodCIDRv6, params));
  },
  e164(params) {
    return this.check(_e164(ZodE164, params));
  },
  datetime(params) {
    return this.check(_isoDateTime(ZodISODateTime, params));
  },
  date(params) {
    return this.check(_isoDate(ZodISODate, params));
  },
  time(params) {
    return this.check(_isoTime(ZodISOTime, params));
  },
  duration(params) {
    return this.check(_isoDuration(ZodISODuration, params));
  }
});
function string2(params) {
  return _string(ZodString, params);
}
__name(string2, "string");
var ZodStringFormat = /* @__PURE__ */ $constructor("ZodStringFormat", (inst, def) => {
  $ZodStringFormat.init(inst, def);
  _ZodString.init(inst, def);
});
var ZodISODateTime = /* @__PURE__ */ $constructor("ZodISODateTime", (inst, def) => {
  $ZodISODateTime.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodISODate = /* @__PURE__ */ $constructor("ZodISODate", (inst, def) => {
  $ZodISODate.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodISOTime = /* @__PURE__ */ $constructor("ZodISOTime", (inst, def) => {
  $ZodISOTime.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodISODuration = /* @__PURE__ */ $constructor("ZodISODuration", (inst, def) => {
  $ZodISODuration.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodEmail = /* @__PURE__ */ $constructor("ZodEmail", (inst, def) => {
  $ZodEmail.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodGUID = /* @__PURE__ */ $constructor("ZodGUID", (inst, def) => {
  $ZodGUID.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodUUID = /* @__PURE__ */ $constructor("ZodUUID", (inst, def) => {
  $ZodUUID.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodURL = /* @__PURE__ */ $constructor("ZodURL", (inst, def) => {
  $ZodURL.init(inst, def);
  ZodStringFormat.init(inst, def);
});
function url(params) {
  return _url(ZodURL, params);
}
__name(url, "url");
var ZodEmoji = /* @__PURE__ */ $constructor("ZodEmoji", (inst, def) => {
  $ZodEmoji.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodNanoID = /* @__PURE__ */ $constructor("ZodNanoID", (inst, def) => {
  $ZodNanoID.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodCUID = /* @__PURE__ */ $constructor("ZodCUID", (inst, def) => {
  $ZodCUID.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodCUID2 = /* @__PURE__ */ $constructor("ZodCUID2", (inst, def) => {
  $ZodCUID2.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodULID = /* @__PURE__ */ $constructor("ZodULID", (inst, def) => {
  $ZodULID.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodXID = /* @__PURE__ */ $constructor("ZodXID", (inst, def) => {
  $ZodXID.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodKSUID = /* @__PURE__ */ $constructor("ZodKSUID", (inst, def) => {
  $ZodKSUID.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodIPv4 = /* @__PURE__ */ $constructor("ZodIPv4", (inst, def) => {
  $ZodIPv4.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodIPv6 = /* @__PURE__ */ $constructor("ZodIPv6", (inst, def) => {
  $ZodIPv6.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodCIDRv4 = /* @__PURE__ */ $constructor("ZodCIDRv4", (inst, def) => {
  $ZodCIDRv4.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodCIDRv6 = /* @__PURE__ */ $constructor("ZodCIDRv6", (inst, def) => {
  $ZodCIDRv6.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodBase64 = /* @__PURE__ */ $constructor("ZodBase64", (inst, def) => {
  $ZodBase64.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodBase64URL = /* @__PURE__ */ $constructor("ZodBase64URL", (inst, def) => {
  $ZodBase64URL.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodE164 = /* @__PURE__ */ $constructor("ZodE164", (inst, def) => {
  $ZodE164.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodJWT = /* @__PURE__ */ $constructor("ZodJWT", (inst, def) => {
  $ZodJWT.init(inst, def);
  ZodStringFormat.init(inst, def);
});
var ZodNumber = /* @__PURE__ */ $constructor(
  "ZodNumber",
  (inst, def) => {
    $ZodNumber.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json2, params) => numberProcessor(inst, ctx, json2, params);
    inst.isFinite = true;
  },
  /* @__PURE__ */ util_exports.derived({
    minValue: /* @__PURE__ */ __name((inst) => {
      const { minimum, exclusiveMinimum } = aggregateChecks(inst);
      return Math.max(minimum ?? Number.NEGATIVE_INFINITY, exclusiveMinimum ?? Number.NEGATIVE_INFINITY);
    }, "minValue"),
    maxValue: /* @__PURE__ */ __name((inst) => {
      const { maximum, exclusiveMaximum } = aggregateChecks(inst);
      return Math.min(maximum ?? Number.POSITIVE_INFINITY, exclusiveMaximum ?? Number.POSITIVE_INFINITY);
    }, "maxValue"),
    isInt: /* @__PURE__ */ __name((inst) => {
      const { isInt, multipleOf } = aggregateChecks(inst);
      return !!isInt || !!multipleOf?.some(Number.isSafeInteger);
    }, "isInt"),
    format: /* @__PURE__ */ __name((inst) => aggregateChecks(inst).format ?? null, "format")
  }, {
    gt(value, params) {
      return this.check(_gt(value, params));
    },
    gte(value, params) {
      return this.check(_gte(value, params));
    },
    min(value, params) {
      return this.check(_gte(value, params));
    },
    lt(value, params) {
      return this.check(_lt(value, params));
    },
    lte(value, params) {
      return this.check(_lte(value, params));
    },
    max(value, params) {
      return this.check(_lte(value, params));
    },
    int(params) {
      return this.check(int(params));
    },
    safe(params) {
      return this.check(int(params));
    },
    positive(params) {
      return this.check(_gt(0, params));
    },
    nonnegative(params) {
      return this.check(_gte(0, params));
    },
    negative(params) {
      return this.check(_lt(0, params));
    },
    nonpositive(params) {
      return this.check(_lte(0, params));
    },
    multipleOf(value, params) {
      return this.check(_multipleOf(value, params));
    },
    step(value, params) {
      return this.check(_multipleOf(value, params));
    },
    finite() {
      return this;
    }
  })
);
function number2(params) {
  return _number(ZodNumber, params);
}
__name(number2, "number");
var ZodNumberFormat = /* @__PURE__ */ $constructor("ZodNumberFormat", (inst, def) => {
  $ZodNumberFormat.init(inst, def);
  ZodNumber.init(inst, def);
});
function int(params) {
  return _int(ZodNumberFormat, params);
}
__name(int, "int");
var ZodBoolean = /* @__PURE__ */ $constructor("ZodBoolean", (inst, def) => {
  $ZodBoolean.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => booleanProcessor(inst, ctx, json2, params);
});
function boolean2(params) {
  return _boolean(ZodBoolean, params);
}
__name(boolean2, "boolean");
var ZodNull = /* @__PURE__ */ $constructor("ZodNull", (inst, def) => {
  $ZodNull.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => nullProcessor(inst, ctx, json2, params);
});
function _null3(params) {
  return _null2(ZodNull, params);
}
__name(_null3, "_null");
var ZodUnknown = /* @__PURE__ */ $constructor("ZodUnknown", (inst, def) => {
  $ZodUnknown.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => unknownProcessor(inst, ctx, json2, params);
});
function unknown() {
  return _unknown(ZodUnknown);
}
__name(unknown, "unknown");
var ZodNever = /* @__PURE__ */ $constructor("ZodNever", (inst, def) => {
  $ZodNever.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => neverProcessor(inst, ctx, json2, params);
});
function never(params) {
  return _never(ZodNever, params);
}
__name(never, "never");
var ZodArray = /* @__PURE__ */ $constructor("ZodArray", (inst, def) => {
  _ensureDefaultMemoizer();
  $ZodArray.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => arrayProcessor(inst, ctx, json2, params);
  inst.element = def.element;
}, {
  min(n, params) {
    return this.check(_minLength(n, params));
  },
  nonempty(params) {
    return this.check(_minLength(1, params));
  },
  max(n, params) {
    return this.check(_maxLength(n, params));
  },
  length(n, params) {
    return this.check(_length(n, params));
  },
  unwrap() {
    return this.element;
  }
});
function array(element, params) {
  return _array(ZodArray, element, params);
}
__name(array, "array");
var ZodObject = /* @__PURE__ */ $constructor("ZodObject", (inst, def) => {
  _ensureDefaultMemoizer();
  $ZodObjectJIT.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => objectProcessor(inst, ctx, json2, params);
  util_exports.installLazyProp(inst, "shape", (self) => self._zod.def.shape, false);
}, {
  keyof() {
    return _enum(Object.keys(this._zod.def.shape));
  },
  catchall(catchall) {
    return this.clone(util_exports.mergeDefs(this._zod.def, { catchall }));
  },
  passthrough() {
    return this.clone(util_exports.mergeDefs(this._zod.def, { catchall: unknown() }));
  },
  loose() {
    return this.clone(util_exports.mergeDefs(this._zod.def, { catchall: unknown() }));
  },
  strict() {
    return this.clone(util_exports.mergeDefs(this._zod.def, { catchall: never() }));
  },
  strip() {
    return this.clone(util_exports.mergeDefs(this._zod.def, { catchall: void 0 }));
  },
  extend(incoming) {
    return util_exports.extend(this, incoming);
  },
  safeExtend(incoming) {
    return util_exports.safeExtend(this, incoming);
  },
  merge(other) {
    return util_exports.merge(this, other);
  },
  pick(mask) {
    return util_exports.pick(this, mask);
  },
  omit(mask) {
    return util_exports.omit(this, mask);
  },
  partial(...args) {
    return util_exports.partial(ZodOptional, this, args[0]);
  },
  exactPartial(...args) {
    return util_exports.partial(ZodExactOptional, this, args[0], "exactPartial");
  },
  required(...args) {
    return util_exports.required(ZodNonOptional, this, args[0]);
  }
});
function object(shape, params) {
  const def = {
    type: "object",
    shape: shape ?? {},
    ...util_exports.normalizeParams(params)
  };
  return new ZodObject(def);
}
__name(object, "object");
function strictObject(shape, params) {
  return new ZodObject({
    type: "object",
    shape,
    catchall: never(),
    ...util_exports.normalizeParams(params)
  });
}
__name(strictObject, "strictObject");
var ZodUnion = /* @__PURE__ */ $constructor("ZodUnion", (inst, def) => {
  $ZodUnion.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => unionProcessor(inst, ctx, json2, params);
  inst.options = def.options;
});
function union(options, params) {
  return new ZodUnion({
    type: "union",
    options,
    ...util_exports.normalizeParams(params)
  });
}
__name(union, "union");
var ZodIntersection = /* @__PURE__ */ $constructor("ZodIntersection", (inst, def) => {
  $ZodIntersection.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => intersectionProcessor(inst, ctx, json2, params);
});
function intersection(left, right) {
  return new ZodIntersection({
    type: "intersection",
    left,
    right
  });
}
__name(intersection, "intersection");
var ZodRecord = /* @__PURE__ */ $constructor("ZodRecord", (inst, def) => {
  _ensureDefaultMemoizer();
  $ZodRecord.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => recordProcessor(inst, ctx, json2, params);
  inst.keyType = def.keyType;
  inst.valueType = def.valueType;
});
function record(keyType, valueType, params) {
  if (!valueType || !valueType._zod) {
    return new ZodRecord({
      type: "record",
      keyType: string2(),
      valueType: keyType,
      ...util_exports.normalizeParams(valueType)
    });
  }
  return new ZodRecord({
    type: "record",
    keyType,
    valueType,
    ...util_exports.normalizeParams(params)
  });
}
__name(record, "record");
var ZodEnum = /* @__PURE__ */ $constructor("ZodEnum", (inst, def) => {
  $ZodEnum.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => enumProcessor(inst, ctx, json2, params);
  inst.enum = def.entries;
  inst.options = [...inst._zod.values];
  const keys = new Set(Object.keys(def.entries));
  inst.extract = (values, params) => {
    const newEntries = {};
    for (const value of values) {
      if (keys.has(value)) {
        newEntries[value] = def.entries[value];
      } else
        throw new Error(`Key ${value} not found in enum`);
    }
    return new ZodEnum({
      ...def,
      checks: [],
      ...util_exports.normalizeParams(params),
      entries: newEntries
    });
  };
  inst.exclude = (values, params) => {
    const newEntries = { ...def.entries };
    for (const value of values) {
      if (keys.has(value)) {
        delete newEntries[value];
      } else
        throw new Error(`Key ${value} not found in enum`);
    }
    return new ZodEnum({
      ...def,
      checks: [],
      ...util_exports.normalizeParams(params),
      entries: newEntries
    });
  };
});
function _enum(values, params) {
  const entries = Array.isArray(values) ? Object.fromEntries(values.map((v) => [v, v])) : values;
  return new ZodEnum({
    type: "enum",
    entries,
    ...util_exports.normalizeParams(params)
  });
}
__name(_enum, "_enum");
var ZodLiteral = /* @__PURE__ */ $constructor("ZodLiteral", (inst, def) => {
  $ZodLiteral.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => literalProcessor(inst, ctx, json2, params);
  inst.values = new Set(def.values);
  Object.defineProperty(inst, "value", {
    get() {
      if (def.values.length > 1) {
        throw new Error("This schema contains multiple valid literal values. Use `.values` instead.");
      }
      return def.values[0];
    }
  });
});
function literal(value, params) {
  return new ZodLiteral({
    type: "literal",
    values: Array.isArray(value) ? value : [value],
    ...util_exports.normalizeParams(params)
  });
}
__name(literal, "literal");
var ZodTransform = /* @__PURE__ */ $constructor("ZodTransform", (inst, def) => {
  _ensureDefaultMemoizer();
  $ZodTransform.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => transformProcessor(inst, ctx, json2, params);
  inst._zod.parse = (payload, _ctx) => {
    if (_ctx.direction === "backward") {
      throw new $ZodEncodeError(inst.constructor.name);
    }
    payload.addIssue = (issue2) => {
      if (typeof issue2 === "string") {
        payload.issues.push(util_exports.issue(issue2, payload.value, def));
      } else {
        const _issue = issue2;
        if (_issue.fatal)
          _issue.continue = false;
        _issue.code ?? (_issue.code = "custom");
        if (!("input" in _issue))
          _issue.input = payload.value;
        _issue.inst ?? (_issue.inst = inst);
        payload.issues.push(util_exports.issue(_issue));
      }
    };
    const output = def.transform(payload.value, payload);
    if (output instanceof Promise) {
      return output.then((output2) => {
        payload.value = output2;
        return payload;
      });
    }
    payload.value = output;
    return payload;
  };
});
function transform(fn) {
  return new ZodTransform({
    type: "transform",
    transform: fn
  });
}
__name(transform, "transform");
var ZodOptional = /* @__PURE__ */ $constructor("ZodOptional", (inst, def) => {
  $ZodOptional.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => optionalProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
});
function optional(innerType) {
  return new ZodOptional({
    type: "optional",
    innerType
  });
}
__name(optional, "optional");
var ZodExactOptional = /* @__PURE__ */ $constructor("ZodExactOptional", (inst, def) => {
  $ZodExactOptional.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => optionalProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
});
function exactOptional(innerType) {
  return new ZodExactOptional({
    type: "optional",
    innerType
  });
}
__name(exactOptional, "exactOptional");
var ZodNullable = /* @__PURE__ */ $constructor("ZodNullable", (inst, def) => {
  $ZodNullable.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => nullableProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
});
function nullable(innerType) {
  return new ZodNullable({
    type: "nullable",
    innerType
  });
}
__name(nullable, "nullable");
var ZodDefault = /* @__PURE__ */ $constructor("ZodDefault", (inst, def) => {
  $ZodDefault.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => defaultProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
  inst.removeDefault = inst.unwrap;
});
function _default(innerType, defaultValue) {
  return new ZodDefault({
    type: "default",
    innerType,
    get defaultValue() {
      return typeof defaultValue === "function" ? defaultValue() : util_exports.shallowClone(defaultValue);
    }
  });
}
__name(_default, "_default");
var ZodPrefault = /* @__PURE__ */ $constructor("ZodPrefault", (inst, def) => {
  $ZodPrefault.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => prefaultProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
});
function prefault(innerType, defaultValue) {
  return new ZodPrefault({
    type: "prefault",
    innerType,
    get defaultValue() {
      return typeof defaultValue === "function" ? defaultValue() : util_exports.shallowClone(defaultValue);
    }
  });
}
__name(prefault, "prefault");
var ZodNonOptional = /* @__PURE__ */ $constructor("ZodNonOptional", (inst, def) => {
  $ZodNonOptional.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => nonoptionalProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
});
function nonoptional(innerType, params) {
  return new ZodNonOptional({
    type: "nonoptional",
    innerType,
    ...util_exports.normalizeParams(params)
  });
}
__name(nonoptional, "nonoptional");
var ZodCatch = /* @__PURE__ */ $constructor("ZodCatch", (inst, def) => {
  $ZodCatch.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => catchProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
  inst.removeCatch = inst.unwrap;
});
function _catch(innerType, catchValue) {
  return new ZodCatch({
    type: "catch",
    innerType,
    catchValue: typeof catchValue === "function" ? catchValue : util_exports.constantCatch(catchValue)
  });
}
__name(_catch, "_catch");
var ZodPipe = /* @__PURE__ */ $constructor("ZodPipe", (inst, def) => {
  $ZodPipe.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => pipeProcessor(inst, ctx, json2, params);
  inst.in = def.in;
  inst.out = def.out;
});
function pipe(in_, out) {
  return new ZodPipe({
    type: "pipe",
    in: in_,
    out
    // ...util.normalizeParams(params),
  });
}
__name(pipe, "pipe");
var ZodReadonly = /* @__PURE__ */ $constructor("ZodReadonly", (inst, def) => {
  $ZodReadonly.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => readonlyProcessor(inst, ctx, json2, params);
  inst.unwrap = () => inst._zod.def.innerType;
});
function readonly(innerType) {
  return new ZodReadonly({
    type: "readonly",
    innerType
  });
}
__name(readonly, "readonly");
var ZodCustom = /* @__PURE__ */ $constructor("ZodCustom", (inst, def) => {
  $ZodCustom.init(inst, def);
  ZodType.init(inst, def);
  inst._zod.processJSONSchema = (ctx, json2, params) => customProcessor(inst, ctx, json2, params);
});
function refine(fn, _params = {}) {
  return _refine(ZodCustom, fn, _params);
}
__name(refine, "refine");
function superRefine(fn, params) {
  return _superRefine(fn, params);
}
__name(superRefine, "superRefine");

// node_modules/zod/v4/classic/iso.js
var iso_exports = {};
__export(iso_exports, {
  ZodISODate: () => ZodISODate,
  ZodISODateTime: () => ZodISODateTime,
  ZodISODuration: () => ZodISODuration,
  ZodISOTime: () => ZodISOTime,
  date: () => date2,
  datetime: () => datetime2,
  duration: () => duration2,
  time: () => time2
});
function datetime2(params) {
  return _isoDateTime(ZodISODateTime, params);
}
__name(datetime2, "datetime");
function date2(params) {
  return _isoDate(ZodISODate, params);
}
__name(date2, "date");
function time2(params) {
  return _isoTime(ZodISOTime, params);
}
__name(time2, "time");
function duration2(params) {
  return _isoDuration(ZodISODuration, params);
}
__name(duration2, "duration");

// src/jobs/mark.ts
var Mark = object({
  v: literal(1),
  id: string2(),
  owner: string2(),
  workflow: string2().optional(),
  inputs: record(string2(), unknown()).optional(),
  session: string2().optional(),
  metadata: string2().optional(),
  priority: number2().optional(),
  regenerated_from: string2().optional(),
  created_at: iso_exports.datetime()
});
function toMark(job) {
  const { id, owner, workflow, inputs, session, metadata: metadata2, priority, regeneratedFrom } = job;
  return {
    v: 1,
    id,
    owner,
    ...workflow !== void 0 && { workflow },
    ...inputs !== void 0 && { inputs },
    ...session !== void 0 && { session },
    ...metadata2 !== void 0 && { metadata: metadata2 },
    ...priority !== void 0 && { priority },
    ...regeneratedFrom !== void 0 && { regenerated_from: regeneratedFrom },
    created_at: new Date(job.createdAt).toISOString()
  };
}
__name(toMark, "toMark");
function fromMark(prompt, backend, limits, now) {
  const parsed = Mark.safeParse(prompt.extraData["comfygate"]);
  if (!parsed.success || parsed.data.id !== prompt.promptId) return null;
  const { v: _v, created_at, regenerated_from, ...rest } = parsed.data;
  const graph2 = JSON.parse(prompt.graphText);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== void 0));
  const job = createJob(
    {
      ...given,
      ...regenerated_from !== void 0 && { regeneratedFrom: regenerated_from },
      ...limits,
      ...backend,
      createdAt: Date.parse(created_at),
      nodeCount: isObject(graph2) ? Object.keys(graph2).length : 0
    },
    now
  );
  return reduce(job, { type: "accepted" }, now);
}
__name(fromMark, "fromMark");

// src/jobs/outputs.ts
function toNewOutputs(jobId2, node2, displayNode, output) {
  return nodeOutputs(node2, displayNode, output).map((found) => toNewOutput(jobId2, found));
}
__name(toNewOutputs, "toNewOutputs");
async function toEvidence(result, job, client, now) {
  const outputs = await measure(
    result.outputs.map((found) => toNewOutput(job.id, found)),
    job,
    client
  );
  return {
    type: "ended",
    outcome: result.outcome,
    startedAt: result.startedAt,
    at: result.endedAt ?? now(),
    reused: result.cachedNodes.length > 0,
    outputs,
    ...result.error && { error: result.error }
  };
}
__name(toEvidence, "toEvidence");
function measure(outputs, job, client) {
  const known = new Map(job.outputs.map((output) => [output.id, output]));
  return Promise.all(
    outputs.map(async (output) => {
      const recorded = known.get(output.id);
      if (recorded && recorded.sizeBytes > 0) return { ...output, sizeBytes: recorded.sizeBytes };
      return output.file ? { ...output, sizeBytes: await fileSize(output.file, client) } : output;
    })
  );
}
__name(measure, "measure");
var SIZE_MS = 2e3;
async function fileSize(file, client) {
  try {
    const headers = { range: "bytes=0-0", "accept-encoding": "identity" };
    const response = await client.view(file, { headers, signal: AbortSignal.timeout(SIZE_MS) });
    const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
    if (response.status === 206) await response.arrayBuffer();
    else await response.discard();
    const size = Number(total ?? response.headers.get("content-length"));
    return (response.ok || response.status === 416) && Number.isSafeInteger(size) ? size : 0;
  } catch {
    return 0;
  }
}
__name(fileSize, "fileSize");
function toNewOutput(jobId2, found) {
  const { node: node2, displayNode, key, index, kind, contentType, file, text: text3 } = found;
  const identity = [node2, key, index, file?.type ?? "", file?.subfolder ?? "", file?.filename ?? ""];
  return {
    // A lone surrogate in a name has no bytes to hash.
    id: v5_default(identity.join("\0").toWellFormed(), jobId2),
    node: node2,
    displayNode,
    kind,
    contentType,
    sizeBytes: text3 === void 0 ? 0 : new TextEncoder().encode(text3).length,
    ...file && { file },
    ...text3 !== void 0 && { text: text3 }
  };
}
__name(toNewOutput, "toNewOutput");

// src/jobs/rebuild.ts
var MISS_MS = 3e4;
var MISSES = 1e4;
var AT_ONCE = 32;
var QUEUE_MS = 1e3;
var PAGE = 100;
function createRebuilder({ backends, adopt, limits, maxAgeMs, shared: shared2, report, now }) {
  const misses = /* @__PURE__ */ new Map();
  const asking = /* @__PURE__ */ new Map();
  const queues = /* @__PURE__ */ new Map();
  function possible(id) {
    if (!validate_default(id) || version_default(id) !== 7 || id !== id.toLowerCase()) return false;
    const age = now() - idTimeOf(id);
    return age < maxAgeMs && age > -6e4;
  }
  __name(possible, "possible");
  async function revive(prompt, backend) {
    if (!possible(prompt.promptId)) return void 0;
    const job = fromMark(prompt, { backend: backend.name, backendKey: backend.key }, limits, now());
    if (!job) return void 0;
    if (!prompt.result) return adopt(job, prompt.graphText);
    const ended = reduce(job, await toEvidence(prompt.result, job, backend.client, now), now());
    return adopt(ended, prompt.graphText);
  }
  __name(revive, "revive");
  async function tryRevive(prompt, backend) {
    try {
      return await revive(prompt, backend) !== void 0;
    } catch (error2) {
      report(error2, "rebuild", prompt.promptId);
      return false;
    }
  }
  __name(tryRevive, "tryRevive");
  async function queued(backend) {
    const known = queues.get(backend.name);
    if (known && now() - known.at < QUEUE_MS) return known;
    const at = now();
    const reading = { at, prompts: await backend.client.queuedPrompts() };
    queues.set(backend.name, reading);
    return reading;
  }
  __name(queued, "queued");
  async function ask(id, backend) {
    const askedAt = now();
    const ended = await backend.client.storedPrompt(id);
    if (ended) return { prompt: ended, certain: true };
    const { at, prompts } = await queued(backend);
    const found = prompts.find((item) => item.promptId === id) ?? await backend.client.storedPrompt(id);
    return { prompt: found, certain: at >= askedAt };
  }
  __name(ask, "ask");
  async function find(id) {
    let certain = true;
    let fault2;
    for (const backend of backends) {
      try {
        const answer2 = await ask(id, backend);
        const job = answer2.prompt && await revive(answer2.prompt, backend);
        if (job) return job;
        certain &&= answer2.certain;
      } catch (error2) {
        fault2 ??= error2;
      }
    }
    if (fault2 !== void 0) throw fault2;
    if (!certain) return void 0;
    misses.delete(id);
    misses.set(id, now());
    if (misses.size > MISSES) misses.delete(misses.keys().next().value);
    return void 0;
  }
  __name(find, "find");
  return {
    /** The job of this id, if a ComfyUI knows it. Throws if one cannot be asked. */
    async one(id) {
      if (!possible(id) || now() - (misses.get(id) ?? Number.NEGATIVE_INFINITY) < MISS_MS) return void 0;
      if (!shared2) return find(id);
      const already = asking.get(id);
      if (already) return already;
      if (asking.size >= AT_ONCE) {
        throw new GatewayError(
          "rate_limited",
          "Too many unknown jobs are being looked for. Try again in a second.",
          {
            retryAfterSeconds: 1
          }
        );
      }
      const search = find(id).finally(() => asking.delete(id));
      asking.set(id, search);
      return search;
    },
    /** Everything of ours in a backend's queue and history. Returns how many jobs. */
    async all(backend) {
      let count = 0;
      for (const prompt of await backend.client.queuedPrompts())
        if (await tryRevive(prompt, backend)) count++;
      for (let offset = 0; ; offset += PAGE) {
        const { size, prompts } = await backend.client.historyPage(offset, PAGE);
        for (const prompt of prompts) if (await tryRevive(prompt, backend)) count++;
        if (size < PAGE) return count;
      }
    }
  };
}
__name(createRebuilder, "createRebuilder");

// node_modules/fastest-levenshtein/esm/mod.js
var peq = new Uint32Array(65536);
var myers_32 = /* @__PURE__ */ __name((a, b) => {
  const n = a.length;
  const m = b.length;
  const lst = 1 << n - 1;
  let pv = -1;
  let mv = 0;
  let sc = n;
  let i = n;
  while (i--) {
    peq[a.charCodeAt(i)] |= 1 << i;
  }
  for (i = 0; i < m; i++) {
    let eq = peq[b.charCodeAt(i)];
    const xv = eq | mv;
    eq |= (eq & pv) + pv ^ pv;
    mv |= ~(eq | pv);
    pv &= eq;
    if (mv & lst) {
      sc++;
    }
    if (pv & lst) {
      sc--;
    }
    mv = mv << 1 | 1;
    pv = pv << 1 | ~(xv | mv);
    mv &= xv;
  }
  i = n;
  while (i--) {
    peq[a.charCodeAt(i)] = 0;
  }
  return sc;
}, "myers_32");
var myers_x = /* @__PURE__ */ __name((b, a) => {
  const n = a.length;
  const m = b.length;
  const mhc = [];
  const phc = [];
  const hsize = Math.ceil(n / 32);
  const vsize = Math.ceil(m / 32);
  for (let i = 0; i < hsize; i++) {
    phc[i] = -1;
    mhc[i] = 0;
  }
  let j = 0;
  for (; j < vsize - 1; j++) {
    let mv2 = 0;
    let pv2 = -1;
    const start2 = j * 32;
    const vlen2 = Math.min(32, m) + start2;
    for (let k = start2; k < vlen2; k++) {
      peq[b.charCodeAt(k)] |= 1 << k;
    }
    for (let i = 0; i < n; i++) {
      const eq = peq[a.charCodeAt(i)];
      const pb = phc[i / 32 | 0] >>> i & 1;
      const mb = mhc[i / 32 | 0] >>> i & 1;
      const xv = eq | mv2;
      const xh = ((eq | mb) & pv2) + pv2 ^ pv2 | eq | mb;
      let ph = mv2 | ~(xh | pv2);
      let mh = pv2 & xh;
      if (ph >>> 31 ^ pb) {
        phc[i / 32 | 0] ^= 1 << i;
      }
      if (mh >>> 31 ^ mb) {
        mhc[i / 32 | 0] ^= 1 << i;
      }
      ph = ph << 1 | pb;
      mh = mh << 1 | mb;
      pv2 = mh | ~(xv | ph);
      mv2 = ph & xv;
    }
    for (let k = start2; k < vlen2; k++) {
      peq[b.charCodeAt(k)] = 0;
    }
  }
  let mv = 0;
  let pv = -1;
  const start = j * 32;
  const vlen = Math.min(32, m - start) + start;
  for (let k = start; k < vlen; k++) {
    peq[b.charCodeAt(k)] |= 1 << k;
  }
  let score = m;
  for (let i = 0; i < n; i++) {
    const eq = peq[a.charCodeAt(i)];
    const pb = phc[i / 32 | 0] >>> i & 1;
    const mb = mhc[i / 32 | 0] >>> i & 1;
    const xv = eq | mv;
    const xh = ((eq | mb) & pv) + pv ^ pv | eq | mb;
    let ph = mv | ~(xh | pv);
    let mh = pv & xh;
    score += ph >>> m - 1 & 1;
    score -= mh >>> m - 1 & 1;
    if (ph >>> 31 ^ pb) {
      phc[i / 32 | 0] ^= 1 << i;
    }
    if (mh >>> 31 ^ mb) {
      mhc[i / 32 | 0] ^= 1 << i;
    }
    ph = ph << 1 | pb;
    mh = mh << 1 | mb;
    pv = mh | ~(xv | ph);
    mv = ph & xv;
  }
  for (let k = start; k < vlen; k++) {
    peq[b.charCodeAt(k)] = 0;
  }
  return score;
}, "myers_x");
var distance = /* @__PURE__ */ __name((a, b) => {
  if (a.length < b.length) {
    const tmp = b;
    b = a;
    a = tmp;
  }
  if (b.length === 0) {
    return a.length;
  }
  if (a.length <= 32) {
    return myers_32(a, b);
  }
  return myers_x(a, b);
}, "distance");

// src/comfyui/rejection.ts
async function explainRejection(answer2, graph2, catalogue) {
  const faults = await explainNodeErrors(answer2.nodeErrors, graph2, catalogue);
  const { type, message, details } = answer2.error;
  const blamed = /#(.+?)'/.exec(String(details))?.[1];
  if (type === "invalid_prompt" || type === "missing_node_type") {
    const id = blamed ?? findUnknownNode(answer2.error, graph2);
    const node2 = id === void 0 ? void 0 : own2(graph2, id);
    if (id !== void 0 && isObject(node2)) faults[id] = await explainClass(node2, catalogue);
  }
  const first = Object.entries(faults)[0];
  if (first) {
    const [id, { class_type, errors }] = first;
    const fault2 = errors[0];
    const rest = Object.values(faults).reduce((sum, node2) => sum + node2.errors.length, -1);
    const more = rest > 0 ? ` (and ${rest} more, see details.node_errors)` : "";
    return {
      message: `Node ${id}${class_type ? ` (${class_type})` : ""}: ${fault2?.message ?? "invalid"}${more}`,
      faults
    };
  }
  const text3 = [message, details].filter((part) => typeof part === "string" && part !== "");
  if (type === "prompt_outputs_failed_validation")
    text3.push("Probably two nodes feed each other in a circle.");
  if (type === "prompt_no_outputs") text3.push("Add a node that saves or shows something, such as SaveImage.");
  return { message: text3.join(". ").replaceAll("..", ".") || "ComfyUI refused the workflow.", faults };
}
__name(explainRejection, "explainRejection");
async function explainNodeErrors(nodeErrors, graph2, catalogue) {
  const faults = /* @__PURE__ */ Object.create(null);
  const asked = rememberClasses(catalogue);
  for (const [id, entry] of Object.entries(nodeErrors).slice(0, MAX_NODES)) {
    if (!isObject(entry)) continue;
    const classType = typeof entry["class_type"] === "string" ? entry["class_type"] : null;
    const errors = Array.isArray(entry["errors"]) ? entry["errors"].filter(isObject) : [];
    faults[id] = {
      class_type: classType,
      errors: await Promise.all(
        errors.map((error2) => explainInput(error2, own2(graph2, id), classType, graph2, asked))
      )
    };
  }
  return faults;
}
__name(explainNodeErrors, "explainNodeErrors");
function nearest(given, options) {
  if (given.length > MAX_COMPARED) return [];
  const wanted = given.toLowerCase();
  const limit = Math.max(2, Math.ceil(wanted.length / 3));
  return options.slice(0, MAX_OPTIONS).filter((option) => Math.abs(option.length - wanted.length) <= limit || contains(option, wanted)).map((option) => ({
    option,
    d: contains(option, wanted) ? 0 : distance(wanted, option.toLowerCase())
  })).filter(({ d }) => d <= limit).sort((a, b) => a.d - b.d).slice(0, 3).map(({ option }) => option);
}
__name(nearest, "nearest");
var MAX_COMPARED = 100;
var MAX_OPTIONS = 5e3;
var MAX_NODES = 50;
var MAX_ECHO = 200;
var MAX_ALLOWED = 50;
var REASONS = {
  required_input_missing: "missing_input",
  value_not_in_list: "not_in_list",
  value_smaller_than_min: "too_small",
  value_bigger_than_max: "too_big",
  invalid_input_type: "wrong_type",
  return_type_mismatch: "wrong_link_type",
  bad_linked_input: "bad_link",
  exception_during_validation: "bad_link",
  exception_during_inner_validation: "missing_input",
  custom_validation_failed: "refused_by_node"
};
async function explainInput(error2, node2, classType, graph2, catalogue) {
  const info = isObject(error2["extra_info"]) ? error2["extra_info"] : {};
  const type = String(error2["type"]);
  const field = typeof info["input_name"] === "string" ? info["input_name"] : null;
  const reason = REASONS[type] ?? type;
  const broken = field === null ? findBrokenLink(node2, graph2) : void 0;
  if (broken) return { ...broken, reason: "bad_link" };
  const inputs = isObject(node2) && isObject(node2["inputs"]) ? node2["inputs"] : {};
  const given = info["received_value"] ?? (field === null ? void 0 : inputs[field]);
  const config2 = info["input_config"] ?? await inputConfig(classType, field, catalogue);
  const allowed = allowedValues(config2);
  const fault2 = { field, reason, message: "" };
  if (given !== void 0) fault2.given = echo(given);
  if (Array.isArray(allowed)) {
    fault2.allowed = allowed.slice(0, MAX_ALLOWED);
    const near = typeof given === "string" ? nearest(given, allowed) : [];
    if (near.length > 0) fault2.nearest = near;
  } else if (allowed !== void 0) fault2.allowed = allowed;
  fault2.message = sentence(error2, fault2);
  return fault2;
}
__name(explainInput, "explainInput");
function sentence(error2, fault2) {
  const name = fault2.field === null ? "" : `input '${fault2.field}'`;
  const given = fault2.given === void 0 ? "" : ` (given: ${short(fault2.given)})`;
  const hint = fault2.nearest ? `; did you mean ${fault2.nearest.map((n) => `'${n}'`).join(" or ")}?` : "";
  const limits = isObject(fault2.allowed) ? `; allowed: ${short(fault2.allowed)}` : "";
  switch (fault2.reason) {
    case "missing_input":
      return `required ${name || "input"} is missing`;
    case "not_in_list":
      return `${name} is not one of the allowed values${given}${hint}`;
    default: {
      const told = [error2["message"], error2["details"]].filter(
        (part) => typeof part === "string" && part !== "" && part !== fault2.field
      );
      return `${name ? `${name}: ` : ""}${told.join(": ")}${given}${limits}${hint}`;
    }
  }
}
__name(sentence, "sentence");
function findBrokenLink(node2, graph2) {
  const inputs = isObject(node2) && isObject(node2["inputs"]) ? node2["inputs"] : {};
  for (const [field, value] of Object.entries(inputs)) {
    if (!Array.isArray(value) || value.length !== 2) continue;
    const target = String(value[0]);
    if (own2(graph2, target) === void 0) {
      const near = nearest(target, Object.keys(graph2));
      return {
        field,
        message: `input '${field}' is linked to node '${target.slice(0, MAX_ECHO)}', which is not in the workflow`,
        given: echo(value),
        ...near.length > 0 && { nearest: near }
      };
    }
  }
  return void 0;
}
__name(findBrokenLink, "findBrokenLink");
async function explainClass(node2, catalogue) {
  const given = node2["class_type"];
  const classType = typeof given === "string" ? given.slice(0, MAX_ECHO) : given;
  if (typeof classType !== "string") {
    const message = "the node has no 'class_type'; every node of an API-format workflow needs one";
    return { class_type: null, errors: [{ field: "class_type", reason: "missing_input", message }] };
  }
  const near = nearest(classType, await catalogue.nodeClasses().catch(() => []));
  const hint = near.length > 0 ? `; did you mean ${near.map((n) => `'${n}'`).join(" or ")}?` : "";
  return {
    class_type: classType,
    errors: [
      {
        field: "class_type",
        reason: "unknown_node",
        message: `ComfyUI has no node class '${classType}'${hint}`,
        given: classType,
        ...near.length > 0 && { nearest: near }
      }
    ]
  };
}
__name(explainClass, "explainClass");
function findUnknownNode(error2, graph2) {
  const info = isObject(error2["extra_info"]) ? error2["extra_info"] : {};
  const id = info["node_id"];
  return typeof id === "string" && own2(graph2, id) !== void 0 ? id : void 0;
}
__name(findUnknownNode, "findUnknownNode");
async function inputConfig(classType, field, catalogue) {
  if (classType === null || field === null) return void 0;
  const info = await catalogue.nodeClass(classType).catch(() => void 0);
  const input = isObject(info?.["input"]) ? info["input"] : {};
  for (const group of [input["required"], input["optional"]]) {
    if (isObject(group) && group[field] !== void 0) return group[field];
  }
  return void 0;
}
__name(inputConfig, "inputConfig");
function allowedValues(config2) {
  if (!Array.isArray(config2)) return void 0;
  const [type, settings] = config2;
  if (Array.isArray(type)) return type.map(String);
  if (type === "COMBO" && isObject(settings) && Array.isArray(settings["options"]))
    return settings["options"].map(String);
  if (isObject(settings) && (settings["min"] !== void 0 || settings["max"] !== void 0)) {
    return { type, min: settings["min"], max: settings["max"] };
  }
  return typeof type === "string" ? type : void 0;
}
__name(allowedValues, "allowedValues");
function rememberClasses(catalogue) {
  const known = /* @__PURE__ */ new Map();
  return {
    nodeClasses: /* @__PURE__ */ __name(() => catalogue.nodeClasses(), "nodeClasses"),
    nodeClass(classType) {
      let info = known.get(classType);
      if (!info) known.set(classType, info = catalogue.nodeClass(classType));
      return info;
    }
  };
}
__name(rememberClasses, "rememberClasses");
function own2(graph2, id) {
  return Object.hasOwn(graph2, id) ? graph2[id] : void 0;
}
__name(own2, "own");
function echo(value) {
  const text3 = JSON.stringify(value) ?? "";
  return text3.length > MAX_ECHO ? `${text3.slice(0, MAX_ECHO)}\u2026` : value;
}
__name(echo, "echo");
function contains(option, wanted) {
  return wanted.length > 2 && option.toLowerCase().includes(wanted);
}
__name(contains, "contains");
function short(value) {
  const text3 = JSON.stringify(value) ?? String(value);
  return text3.length > 100 ? `${text3.slice(0, 100)}\u2026` : text3;
}
__name(short, "short");

// src/jobs/graph.ts
function checkGraph(workflow) {
  if (!isObject(workflow)) {
    const given = workflow === void 0 ? "nothing" : Array.isArray(workflow) ? "an array" : String(workflow);
    throw invalid(
      `'workflow' must be an object of nodes, {"<node id>": {"class_type", "inputs"}}; given: ${given.slice(0, 50)}.`
    );
  }
  if (Array.isArray(workflow["nodes"]) && "links" in workflow) {
    throw new GatewayError(
      "workflow_format_ui",
      "This is ComfyUI's UI format (it has 'nodes' and 'links'). Export the API format: in ComfyUI choose Workflow \u2192 Export (API), and send that file's content as 'workflow'."
    );
  }
  const nodes = Object.entries(workflow);
  if (nodes.length === 0) throw invalid("'workflow' is empty: it has no nodes.");
  for (const [id, node2] of nodes) {
    if (!isObject(node2)) throw invalid(`Node ${id} must be an object with 'class_type' and 'inputs'.`, id);
    if (node2["class_type"] !== void 0 && typeof node2["class_type"] !== "string") {
      throw invalid(`Node ${id}: 'class_type' must be the name of a node class.`, id);
    }
    if (node2["inputs"] !== void 0 && !isObject(node2["inputs"])) {
      throw invalid(`Node ${id}: 'inputs' must be an object of input names and values.`, id);
    }
  }
  if (!allFinite(workflow)) {
    throw invalid("'workflow' has a number that is too large, such as 1e999. The largest is about 1.8e308.");
  }
  const assets = assetReferences(workflow).slice(0, MAX_NAMED);
  if (assets.length > 0) {
    throw new GatewayError(
      "missing_asset",
      `No asset of yours has the id ${assets.map((id) => `'${id}'`).join(", ")}.`,
      {
        details: { missing_ids: assets }
      }
    );
  }
}
__name(checkGraph, "checkGraph");
function invalid(message, node2) {
  const details = node2 === void 0 ? {} : {
    details: {
      node_errors: {
        [node2]: { class_type: null, errors: [{ field: null, reason: "bad_node", message }] }
      }
    }
  };
  return new GatewayError("invalid_workflow", message, details);
}
__name(invalid, "invalid");
var MAX_NAMED = 50;
var MAX_ID = 64;
function allFinite(value) {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(allFinite);
}
__name(allFinite, "allFinite");
function assetReferences(value) {
  if (Array.isArray(value)) return value.flatMap(assetReferences);
  if (!isObject(value)) return [];
  if (value["__type"] !== "core/ASSET") return Object.values(value).flatMap(assetReferences);
  const info = value["info"];
  return [isObject(info) && typeof info["id"] === "string" ? info["id"].slice(0, MAX_ID) : "(no id)"];
}
__name(assetReferences, "assetReferences");

// src/jobs/submission.ts
var IDEMPOTENCY_MS = 24 * 60 * 60 * 1e3;
function createSubmitter({ store, stores, backends, learn, forget, limits, now }) {
  async function submit(id, owner, submission) {
    const { graphText, graph: graph2, idempotencyKey: key } = submission;
    checkGraph(graph2);
    const candidates = await byLoad(backends);
    const [first] = candidates;
    if (!first) throw new GatewayError("internal_error", "No ComfyUI is configured.");
    const job = await store.create(newJob(id, owner, first, submission, graph2), graphText);
    const lease = key === void 0 ? void 0 : idempotencyKey(owner, key);
    if (lease !== void 0) {
      const holder = await claim2(lease, job);
      if (holder !== id) {
        await forget(job);
        return { outcome: "repeated", jobId: holder };
      }
    }
    let settled = false;
    try {
      const submitted = await send(job, candidates, submission, graph2);
      settled = true;
      return submitted;
    } catch (error2) {
      if (!(error2 instanceof Refused)) throw error2;
      settled = true;
      await forget(job);
      if (lease !== void 0) await stores.lease.release(lease, id);
      throw error2.reason;
    } finally {
      if (!settled) for (const { tracker } of candidates) tracker.posted(id);
    }
  }
  __name(submit, "submit");
  async function claim2(lease, job) {
    try {
      return await stores.lease.acquire(lease, job.id, IDEMPOTENCY_MS);
    } catch (error2) {
      await forget(job);
      throw error2;
    }
  }
  __name(claim2, "claim");
  function newJob(id, owner, backend, submission, graph2) {
    const { metadata: metadata2, priority, session, timeoutMs } = submission;
    const job = {
      id,
      owner,
      backend: backend.name,
      backendKey: backend.key,
      createdAt: now(),
      nodeCount: Object.keys(graph2).length,
      timeoutMs: timeoutMs ?? limits.timeoutMs,
      queueTimeoutMs: limits.queueTimeoutMs,
      ...metadata2 !== void 0 && { metadata: metadata2 },
      ...priority !== void 0 && { priority },
      ...session !== void 0 && { session }
    };
    return createJob(job, now());
  }
  __name(newJob, "newJob");
  async function send(recorded, candidates, submission, graph2) {
    let job = recorded;
    let unreachable;
    for (const backend of candidates) {
      if (backend.key !== job.backendKey) {
        const moved = { backend: backend.name, backendKey: backend.key };
        job = (await store.update(job.id, (old) => ({ ...old, ...moved })))?.after ?? job;
      }
      backend.tracker.add(job, true);
      let answer2;
      try {
        answer2 = await backend.client.submit(promptBody(job, backend.clientId, submission));
      } catch (error2) {
        if (!(error2 instanceof ComfyError)) throw error2;
        const fate = await fateOf(job, backend, error2);
        if (fate === "unknown") {
          backend.tracker.posted(job.id);
          return { outcome: "unknown", job, error: error2 };
        }
        if (fate === "absent") {
          backend.tracker.remove(job.id);
          if (error2.fate !== "not_sent") throw new Refused(error2);
          unreachable = error2;
          continue;
        }
        answer2 = { accepted: true, nodeErrors: {} };
      }
      if (!answer2.accepted) {
        const { message, faults } = await explainRejection(answer2, graph2, backend.client);
        throw new Refused(
          new GatewayError("invalid_workflow", message, { details: { node_errors: faults } })
        );
      }
      const accepted = await learn(job.id, { type: "accepted" });
      backend.tracker.posted(job.id);
      const warnings = await dropped(answer2.nodeErrors, graph2);
      const warned = warnings.length > 0 ? await learn(job.id, { type: "accepted", warnings }) : accepted;
      return { outcome: "created", job: warned ?? job };
    }
    throw new Refused(unreachable);
  }
  __name(send, "send");
  return submit;
}
__name(createSubmitter, "createSubmitter");
var Refused = class extends Error {
  static {
    __name(this, "Refused");
  }
  reason;
  constructor(reason) {
    super("refused", { cause: reason });
    this.reason = reason;
  }
};
async function fateOf(job, backend, error2) {
  if (error2.fate === "not_sent") return "absent";
  try {
    if (await backend.tracker.knows(job.id)) return "present";
  } catch {
    return "unknown";
  }
  return error2.fate === "answered" ? "absent" : "unknown";
}
__name(fateOf, "fateOf");
async function dropped(nodeErrors, graph2) {
  const faults = await explainNodeErrors(nodeErrors, graph2, {
    nodeClass: /* @__PURE__ */ __name(async () => void 0, "nodeClass"),
    nodeClasses: /* @__PURE__ */ __name(async () => [], "nodeClasses")
  });
  return Object.entries(faults).map(([nodeId, { class_type, errors }]) => ({
    nodeId,
    classType: class_type,
    message: `ComfyUI left this output out: ${errors.map((fault2) => fault2.message).join("; ")}`
  }));
}
__name(dropped, "dropped");
function promptBody(job, clientId, { graphText, apiKeyComfyOrg, pngWorkflowText: pngWorkflowText2 }) {
  const extra = [`"comfygate":${JSON.stringify(toMark(job))}`];
  if (apiKeyComfyOrg !== void 0) extra.push(`"api_key_comfy_org":${JSON.stringify(apiKeyComfyOrg)}`);
  if (pngWorkflowText2 !== void 0) extra.push(`"extra_pnginfo":{"workflow":${pngWorkflowText2}}`);
  return `{"prompt":${graphText},"prompt_id":"${job.id}","client_id":${JSON.stringify(clientId)},"extra_data":{${extra.join()}}}`;
}
__name(promptBody, "promptBody");

// src/jobs/service.ts
var CANCEL_WAIT_MS = 2e3;
var LIVE = ["queued", "running", "canceling"];
function createJobService(deps) {
  const { store, stores, feed, settings, newId, now, report, resident } = deps;
  const limits = { timeoutMs: settings.jobTimeoutMs, queueTimeoutMs: settings.jobQueueTimeoutMs };
  let backends = [];
  let rebuilder;
  let submitter;
  const posting = /* @__PURE__ */ new Map();
  const live = /* @__PURE__ */ new Set();
  async function learn(id, evidence) {
    if (evidence.type === "outputs" || evidence.type === "ended") await recordAssets(id, evidence.outputs);
    const written = await store.update(id, (job) => reduce(job, evidence, now()));
    if (!written) return void 0;
    const { before, after } = written;
    if (after !== before) heard(after, after.seq !== before.seq);
    return after;
  }
  __name(learn, "learn");
  function heard(job, durable) {
    count(job);
    backendOf(backends, job)?.tracker.changed(job);
    if (durable && resident && !posting.has(job.id)) feed.publish(job);
  }
  __name(heard, "heard");
  function count(job) {
    if (isTerminal(job.status) || !resident) live.delete(job.id);
    else live.add(job.id);
  }
  __name(count, "count");
  async function recordAssets(jobId2, outputs) {
    const known = new Set((await store.get(jobId2))?.outputs.map((output) => output.id));
    const fresh = outputs.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) return;
    const options = stores.recordOptions && {
      options: { ttl: Math.ceil(settings.jobMaxAgeMs / 1e3) + 3600 }
    };
    await stores.storage.setItems(
      fresh.map(({ id }) => ({ key: assetKey(id), value: { job: jobId2 }, ...options }))
    );
  }
  __name(recordAssets, "recordAssets");
  function visible(job, caller) {
    if (!job || posting.has(job.id)) return void 0;
    if (!caller.admin && job.owner !== caller.owner) return void 0;
    return isTerminal(job.status) && expiresAt(job, settings.jobMaxAgeMs) < now() ? void 0 : job;
  }
  __name(visible, "visible");
  async function get(caller, id) {
    const found = validate_default(id) ? visible(await store.get(id) ?? await rebuilder?.one(id), caller) : void 0;
    const job = found && await (backendOf(backends, found)?.tracker.refresh(found) ?? found);
    if (!job) throw new GatewayError("not_found", `There is no job '${id.slice(0, 64)}'.`);
    return job;
  }
  __name(get, "get");
  async function adopt(job, graphText) {
    await recordAssets(job.id, job.outputs);
    const kept = await store.create(job, graphText);
    if (kept === job) follow(job);
    return kept;
  }
  __name(adopt, "adopt");
  function follow(job) {
    count(job);
    if (!isTerminal(job.status)) {
      backendOf(backends, job)?.tracker.add(job, false);
    }
    if (resident) feed.publish(job);
  }
  __name(follow, "follow");
  async function erase(job) {
    for (const { tracker } of backends) tracker.remove(job.id);
    live.delete(job.id);
    await Promise.all(job.outputs.map((output) => stores.storage.removeItem(assetKey(output.id))));
    await store.remove(job.id);
    feed.forget(job.id);
  }
  __name(erase, "erase");
  async function leastLoad() {
    const loads = await Promise.all(backends.map(({ client }) => client.queueRemaining().catch(() => 0)));
    return Math.min(...loads);
  }
  __name(leastLoad, "leastLoad");
  async function submit(caller, submission) {
    const depth = resident ? live.size : await leastLoad();
    if (depth >= settings.maxQueueDepth) {
      throw new GatewayError(
        "queue_full",
        `${depth} jobs are waiting or running, which is the limit. Try again later.`,
        {
          details: { queue_depth: depth, max_queue_depth: settings.maxQueueDepth },
          retryAfterSeconds: 5
        }
      );
    }
    if (!submitter) {
      throw new GatewayError("storage_unavailable", "The store cannot be reached. Nothing was accepted.", {
        retryAfterSeconds: 2
      });
    }
    const id = newId();
    live.add(id);
    const sent = submitter(id, caller.owner, submission);
    posting.set(id, sent);
    try {
      const submitted = await sent;
      if (submitted.outcome === "repeated" && resident)
        await posting.get(submitted.jobId)?.catch(() => void 0);
      return submitted;
    } finally {
      posting.delete(id);
      const job = await store.get(id).catch((error2) => report(error2, "submit", id));
      if (job) heard(job, true);
      else live.delete(id);
    }
  }
  __name(submit, "submit");
  async function pollUntil(job, deadline, signal) {
    let latest = job;
    for (const delay of adaptiveDelays()) {
      const left = deadline - now();
      if (left <= 0 || signal?.aborted || isTerminal(latest.status)) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(delay, left)));
      latest = await backendOf(backends, latest)?.tracker.refresh(latest) ?? latest;
    }
    return latest;
  }
  __name(pollUntil, "pollUntil");
  return {
    learn,
    submit,
    get,
    /** A record was written by another instance. */
    hear(job) {
      count(job);
      const tracker = backendOf(backends, job)?.tracker;
      if (!isTerminal(job.status)) tracker?.add(job, false);
      tracker?.changed(job);
      feed.receive({ type: "job", job });
    },
    /** The graph that a job runs, as text. */
    async graph(caller, id) {
      await get(caller, id);
      const text3 = await store.graph(id);
      if (text3 === void 0)
        throw new GatewayError("not_found", `The workflow of job '${id}' is not stored.`);
      return text3;
    },
    /** Asks for the end of a job, and waits a moment to see it. A job that is over stays as it is. */
    async cancel(caller, id) {
      const job = await get(caller, id);
      if (isTerminal(job.status)) return job;
      const asked = await learn(id, { type: "stop", reason: "cancel", at: now() }) ?? job;
      const stopping = backendOf(backends, asked)?.tracker.stop(asked);
      let timer;
      const patience = new Promise((resolve) => timer = startTimer(resolve, CANCEL_WAIT_MS));
      await Promise.race([stopping?.catch((error2) => report(error2, "stop", id)), patience]);
      clearTimeout(timer);
      return await store.get(id) ?? asked;
    },
    /** Jobs newest first, from `cursor` of an earlier page on; null if that is no cursor. */
    async list(caller, query, limit, cursor) {
      const mine = caller.admin ? query : { ...query, owner: caller.owner };
      const page3 = await store.page(mine, limit, cursor);
      return page3 && { jobs: page3.jobs.filter((job) => visible(job, caller) !== void 0), next: page3.next };
    },
    /** The job once it is over, or as it is after `ms`, or when the caller goes away. */
    async wait(job, ms, signal) {
      if (isTerminal(job.status) || ms <= 0 || signal?.aborted) return job;
      if (!resident) return pollUntil(job, now() + ms, signal);
      await new Promise((resolve) => {
        const leave = feed.subscribe(job, (wake) => {
          if (wake.type === "end" || wake.type === "job" && isTerminal(wake.job.status)) done();
        });
        const timer = startTimer(done, ms);
        signal?.addEventListener("abort", done, { once: true });
        function done() {
          clearTimeout(timer);
          signal?.removeEventListener("abort", done);
          leave();
          resolve();
        }
        __name(done, "done");
      });
      return await store.get(job.id) ?? job;
    },
    /** Forgets a job that is over. */
    async remove(id) {
      const job = await store.get(id);
      if (job) await erase(job);
    },
    /** A caller's view of what is published; null for jobs of others. */
    mine: /* @__PURE__ */ __name((job, caller) => visible(job, caller) ?? null, "mine"),
    /** The live jobs of a caller, for a stream that begins. */
    async live(caller, session) {
      const query = {
        statuses: LIVE,
        ...session !== void 0 && { session },
        ...!caller.admin && { owner: caller.owner }
      };
      const page3 = await store.page(query, settings.maxQueueDepth);
      return (page3?.jobs ?? []).filter((job) => visible(job, caller) !== void 0);
    },
    /** Takes the backends, and looks up what was live before. Jobs whose backend is gone for good are lost. */
    async connect(list) {
      backends = list;
      rebuilder = createRebuilder({
        backends,
        adopt,
        limits,
        maxAgeMs: settings.jobMaxAgeMs,
        shared: resident,
        report,
        now
      });
      submitter = createSubmitter({ store, stores, backends, learn, forget: erase, limits, now });
      if (!resident) return;
      for await (const job of store.each({ statuses: LIVE })) {
        if (backendOf(backends, job)) follow(job);
        else await learn(job.id, { type: "absent", at: now() });
      }
    },
    /** Looks after all live jobs once, where nobody follows them. */
    async visitAll() {
      for await (const job of store.each({ statuses: LIVE })) {
        await backendOf(backends, job)?.tracker.refresh(job);
      }
    },
    /** The job as it is now. */
    refresh: /* @__PURE__ */ __name((job) => backendOf(backends, job)?.tracker.refresh(job) ?? Promise.resolve(job), "refresh"),
    /** The live jobs of one backend. */
    async liveOn(backend) {
      const jobs = [];
      for await (const job of store.each({ statuses: LIVE })) {
        if (backendOf(backends, job) === backend) jobs.push(job);
      }
      return jobs;
    },
    /** Everything that a backend remembers, into the store. Returns how many jobs. */
    rebuildAll: /* @__PURE__ */ __name((backend) => rebuilder?.all(backend) ?? Promise.resolve(0), "rebuildAll")
  };
}
__name(createJobService, "createJobService");
function* adaptiveDelays() {
  for (let delay = 250; ; delay = Math.min(delay * 1.3, 2e3)) yield delay;
}
__name(adaptiveDelays, "adaptiveDelays");

// src/jobs/feed.ts
var PREVIEW_MS = 500;
var SUBSCRIBERS_PER_MS = 10;
var BEAT_MS = 5e3;
function createFeed(now) {
  const channels = /* @__PURE__ */ new Map();
  const everything = /* @__PURE__ */ new Set();
  let streams = 0;
  let ended = false;
  let relay = /* @__PURE__ */ __name(() => void 0, "relay");
  let beat;
  function channelOf(job) {
    let channel = channels.get(job.id);
    if (!channel) {
      channel = {
        job,
        progress: job.progress,
        preview: void 0,
        position: void 0,
        subscribers: /* @__PURE__ */ new Set(),
        nextPreview: void 0,
        previewAt: 0,
        previewTimer: void 0,
        snapshotAt: 0,
        snapshotTimer: void 0
      };
      channels.set(job.id, channel);
    }
    return channel;
  }
  __name(channelOf, "channelOf");
  function announce(channel) {
    const wake = { type: "job", job: channel.job };
    for (const subscriber of channel.subscribers) subscriber(wake);
    for (const subscriber of everything) subscriber(wake);
  }
  __name(announce, "announce");
  function drop(channel) {
    clearTimeout(channel.previewTimer);
    clearTimeout(channel.snapshotTimer);
    if (channels.get(channel.job.id) === channel) channels.delete(channel.job.id);
  }
  __name(drop, "drop");
  function takeJob(job) {
    const channel = channelOf(job);
    if (job.seq < channel.job.seq) return;
    channel.job = job;
    if (job.status !== "queued" && job.status !== "submitting") channel.position = void 0;
    announce(channel);
    if (isTerminal(job.status) && channel.subscribers.size === 0) drop(channel);
  }
  __name(takeJob, "takeJob");
  function takeProgress(id, progress) {
    const channel = channels.get(id);
    if (!channel || channel.progress === progress || isTerminal(channel.job.status)) return false;
    if (progress.value < (channel.progress?.value ?? 0)) return false;
    channel.progress = progress;
    showSnapshot(channel);
    return true;
  }
  __name(takeProgress, "takeProgress");
  function showSnapshot(channel) {
    if (channel.snapshotTimer !== void 0) return;
    const show = /* @__PURE__ */ __name(() => {
      channel.snapshotTimer = void 0;
      channel.snapshotAt = now();
      announce(channel);
    }, "show");
    const pause = Math.floor(channel.subscribers.size / SUBSCRIBERS_PER_MS);
    const wait = channel.snapshotAt + pause - now();
    if (wait <= 0) show();
    else channel.snapshotTimer = startTimer(show, wait);
  }
  __name(showSnapshot, "showSnapshot");
  function takePosition(id, position) {
    const channel = channels.get(id);
    if (!channel || channel.position === position || channel.job.status !== "queued") return false;
    channel.position = position;
    announce(channel);
    return true;
  }
  __name(takePosition, "takePosition");
  function takePreview(id, preview, shown2) {
    const channel = channels.get(id);
    if (!channel) return;
    channel.nextPreview = preview;
    const show = /* @__PURE__ */ __name(() => {
      channel.previewTimer = void 0;
      const next = channel.nextPreview;
      if (isTerminal(channel.job.status) || !next) return;
      channel.preview = next;
      channel.nextPreview = void 0;
      channel.previewAt = now();
      showSnapshot(channel);
      shown2?.(next);
    }, "show");
    const wait = channel.previewAt + PREVIEW_MS - now();
    if (wait <= 0) show();
    else channel.previewTimer ??= startTimer(show, wait);
  }
  __name(takePreview, "takePreview");
  function subscribe(set, wake, leave) {
    set.add(wake);
    streams++;
    beat ??= startBeat();
    return () => {
      if (!set.delete(wake)) return;
      if (--streams === 0) {
        clearInterval(beat);
        beat = void 0;
      }
      leave();
    };
  }
  __name(subscribe, "subscribe");
  function startBeat() {
    const timer = setInterval(() => wakeAll({ type: "beat" }), BEAT_MS);
    timer.unref?.();
    return timer;
  }
  __name(startBeat, "startBeat");
  function wakeAll(wake) {
    for (const subscriber of everything) subscriber(wake);
    for (const { subscribers } of channels.values()) for (const subscriber of subscribers) subscriber(wake);
  }
  __name(wakeAll, "wakeAll");
  return {
    /** Open subscriptions. */
    get streams() {
      return streams;
    },
    /** No new events will come: streams should end. */
    get ended() {
      return ended;
    },
    /** Everything that is published here goes to `send` too. */
    relay(send) {
      relay = send;
    },
    /** Something was published elsewhere. */
    receive(message) {
      switch (message.type) {
        case "job":
          return takeJob(message.job);
        case "progress":
          return void takeProgress(message.id, message.progress);
        case "preview":
          return takePreview(message.id, { ...message, image: fromBase64(message.image) });
        case "position":
          return void takePosition(message.id, message.position);
      }
    },
    /** A record was written. */
    publish(job) {
      takeJob(job);
      relay({ type: "job", job });
    },
    progress(id, progress) {
      if (takeProgress(id, progress)) relay({ type: "progress", id, progress });
    },
    /** Keeps the newest; shows at most two a second. */
    preview(id, preview) {
      takePreview(
        id,
        preview,
        ({ node: node2, contentType, image }) => relay({ type: "preview", id, node: node2, contentType, image: toBase64(image) })
      );
    },
    position(id, position) {
      if (takePosition(id, position)) relay({ type: "position", id, position });
    },
    /** The latest of a job, if it is active or watched. */
    live: /* @__PURE__ */ __name((id) => channels.get(id), "live"),
    /** A job whose record is gone. */
    forget(id) {
      const channel = channels.get(id);
      if (channel) drop(channel);
    },
    /** Calls `wake` at all news of one job; returns how to stop. */
    subscribe(job, wake) {
      const channel = channelOf(job);
      return subscribe(channel.subscribers, wake, () => {
        if (isTerminal(channel.job.status) && channel.subscribers.size === 0) drop(channel);
      });
    },
    /** Calls `wake` at all news of all jobs; returns how to stop. */
    subscribeAll: /* @__PURE__ */ __name((wake) => subscribe(everything, wake, () => void 0), "subscribeAll"),
    /** Ends all streams. May be called twice. */
    close() {
      ended = true;
      wakeAll({ type: "end" });
      clearInterval(beat);
      for (const channel of channels.values()) drop(channel);
    }
  };
}
__name(createFeed, "createFeed");
function toBase64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32768)
    binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(binary);
}
__name(toBase64, "toBase64");
function fromBase64(text3) {
  return Uint8Array.from(atob(text3), (character) => character.charCodeAt(0));
}
__name(fromBase64, "fromBase64");

// src/http/sse.ts
var RETRY = "retry: 1000\n\n";
var MAX_BEHIND = 1e4;
function jobEvents(deps, job, viewer, after) {
  const { feed } = deps;
  const reader = createReader(deps, viewer, after, false);
  let latest = job;
  let news = true;
  return createStream(
    (wake) => feed.subscribe(job, wake),
    {
      take(wake) {
        if (wake.type !== "job") return;
        latest = wake.job;
        news = true;
      },
      next() {
        if (!news) return { chunks: [], end: feed.ended };
        news = false;
        const chunks = reader.read(latest, feed.live(job.id));
        return { chunks, end: isTerminal(latest.status) || feed.ended };
      }
    },
    feed.ended
  );
}
__name(jobEvents, "jobEvents");
function allEvents(deps, viewer, mine) {
  const { feed } = deps;
  const readers = /* @__PURE__ */ new Map();
  const news = /* @__PURE__ */ new Map();
  const seen = /* @__PURE__ */ new Set();
  let begun = false;
  let tooSlow = false;
  const stream = createStream(
    (wake) => feed.subscribeAll(wake),
    {
      take(wake) {
        if (wake.type !== "job" || !mine(wake.job)) return;
        news.set(wake.job.id, wake.job);
        if (news.size > MAX_BEHIND) {
          tooSlow = true;
          news.clear();
        }
      },
      next() {
        const chunks = [];
        for (const [id, job] of news) {
          let reader = readers.get(id);
          if (!reader) readers.set(id, reader = createReader(deps, viewer, void 0, true));
          chunks.push(...reader.read(job, feed.live(id)));
          if (!begun) seen.add(id);
          if (isTerminal(job.status)) readers.delete(id);
        }
        news.clear();
        return { chunks, end: tooSlow || feed.ended };
      }
    },
    feed.ended
  );
  return {
    ...stream,
    begin(jobs) {
      for (const job of jobs) if (!seen.has(job.id) && !news.has(job.id)) news.set(job.id, job);
      begun = true;
      seen.clear();
      stream.wake();
    }
  };
}
__name(allEvents, "allEvents");
function createStream(subscribe, source, ended) {
  let resume;
  let controller;
  let beat = false;
  let stopped2 = ended;
  let finish = /* @__PURE__ */ __name(() => void 0, "finish");
  const over = new Promise((resolve) => finish = resolve);
  const unsubscribe = subscribe((wake) => {
    if (wake.type === "beat") beat = true;
    else source.take(wake);
    write();
  });
  function leave() {
    unsubscribe();
    finish();
  }
  __name(leave, "leave");
  function write() {
    if (!resume || !controller) return;
    const { chunks, end } = source.next();
    for (const chunk of chunks) controller.enqueue(chunk);
    const over2 = end || stopped2;
    if (over2) {
      leave();
      controller.close();
    } else if (chunks.length === 0) {
      if (!beat) return;
      controller.enqueue(SIGN_OF_LIFE);
    }
    beat = false;
    resume();
    resume = void 0;
  }
  __name(write, "write");
  const body = new ReadableStream(
    {
      start(made) {
        controller = made;
        made.enqueue(encode2(RETRY));
      },
      pull() {
        const read = new Promise((resolve) => resume = resolve);
        write();
        return read;
      },
      cancel() {
        stopped2 = true;
        leave();
      }
    },
    { highWaterMark: 0 }
  );
  return { body, over, wake: write };
}
__name(createStream, "createStream");
function createReader({ presenter }, viewer, after, all) {
  let seq = after ?? 0;
  let fresh = after === void 0;
  let position;
  let progress;
  let preview;
  function frame(key, event, id, data, jobId2) {
    return shared(key, `${event} ${all ? "all" : id} ${viewer.base} ${viewer.owner}`, () => {
      const payload = JSON.stringify(all ? { job_id: jobId2, ...data() } : data());
      return `${all || id === 0 ? "" : `id: ${id}
`}event: ${event}
data: ${payload}

`;
    });
  }
  __name(frame, "frame");
  return {
    read(job, live) {
      const chunks = [];
      const durable = /* @__PURE__ */ __name((event) => {
        seq = event.seq;
        chunks.push(
          "status" in event ? frame(event, "status", seq, () => ({ status: event.status, queue_position: null }), job.id) : frame(event, "output", seq, () => presenter.output(job, event, viewer), job.id)
        );
      }, "durable");
      const events = durableEvents(job, fresh ? 0 : seq, fresh);
      const last = isTerminal(job.status) ? events.pop() : void 0;
      for (const event of events) durable(event);
      fresh = false;
      const shown2 = live?.progress ?? (last ? job.progress : void 0);
      if (shown2 && shown2 !== progress && !last) {
        progress = shown2;
        chunks.push(frame(shown2, "progress", seq, () => presentProgress(shown2), job.id));
      }
      if (live?.preview && live.preview !== preview && !last) {
        const { node: node2, contentType, image } = live.preview;
        preview = live.preview;
        const data = /* @__PURE__ */ __name(() => ({ node_id: node2, content_type: contentType, data_base64: toBase64(image) }), "data");
        chunks.push(frame(preview, "preview", seq, data, job.id));
      }
      if (live?.position !== void 0 && live.position !== position && job.status === "queued") {
        position = live.position;
        const data = JSON.stringify({
          ...all && { job_id: job.id },
          status: "queued",
          queue_position: position
        });
        chunks.push(encode2(`${all ? "" : `id: ${seq}
`}event: status
data: ${data}

`));
      }
      if (last) {
        const final = job.status === "succeeded" ? progressOf(job, live) : null;
        if (final) chunks.push(frame(last, "progress", seq, () => final, job.id));
        durable(last);
      }
      return chunks;
    }
  };
}
__name(createReader, "createReader");
function durableEvents(job, seq, fresh) {
  const statuses = fresh ? job.log.slice(-1) : job.log.filter((entry) => entry.seq > seq);
  return [...statuses, ...job.outputs.filter((output) => output.seq > seq)].sort((a, b) => a.seq - b.seq);
}
__name(durableEvents, "durableEvents");
var SHARE_MS = 1e3;
var sharedFrames = /* @__PURE__ */ new WeakMap();
function shared(key, name, make) {
  const at = performance.now();
  const known = sharedFrames.get(key);
  if (known && known.name === name && at - known.at < SHARE_MS) return known.bytes;
  const bytes = encode2(make());
  sharedFrames.set(key, { name, at, bytes });
  return bytes;
}
__name(shared, "shared");
var encoder = new TextEncoder();
var encode2 = /* @__PURE__ */ __name((text3) => encoder.encode(text3), "encode");
var SIGN_OF_LIFE = encode2(":\n\n");

// src/http/sse-polled.ts
var BEAT_MS2 = 5e3;
var RESERVED = 8;
function polledEvents(deps, polling, viewer, { after, all }) {
  const readers = /* @__PURE__ */ new Map();
  let delays = polling.delays();
  let spent = 0;
  let lastAt = polling.now();
  let first = true;
  let finish = /* @__PURE__ */ __name(() => void 0, "finish");
  const over = new Promise((resolve) => finish = resolve);
  let stopped2 = false;
  async function next() {
    const before = polling.calls();
    const jobs = await polling.look();
    spent += polling.calls() - before;
    const chunks = [];
    for (const job of jobs) {
      let reader = readers.get(job.id);
      if (!reader) readers.set(job.id, reader = createReader(deps, viewer, after, all));
      chunks.push(...reader.read(job, void 0));
      if (all && isTerminal(job.status)) readers.delete(job.id);
    }
    const done = !all && jobs.every((job) => isTerminal(job.status));
    return { chunks, end: done || spent + RESERVED > polling.maxCalls };
  }
  __name(next, "next");
  const body = new ReadableStream(
    {
      start: /* @__PURE__ */ __name((controller) => controller.enqueue(encode2(RETRY)), "start"),
      async pull(controller) {
        while (!stopped2) {
          if (!first) await new Promise((resolve) => setTimeout(resolve, delays.next().value));
          first = false;
          if (stopped2) return;
          const { chunks, end } = await next();
          for (const chunk of chunks) controller.enqueue(chunk);
          if (chunks.length > 0) {
            delays = polling.delays();
            lastAt = polling.now();
          } else if (!end && polling.now() - lastAt >= BEAT_MS2) {
            lastAt = polling.now();
            controller.enqueue(SIGN_OF_LIFE);
            return;
          }
          if (end) {
            controller.close();
            finish();
            return;
          }
          if (chunks.length > 0) return;
        }
      },
      cancel() {
        stopped2 = true;
        finish();
      }
    },
    { highWaterMark: 0 }
  );
  return { body, over };
}
__name(polledEvents, "polledEvents");

// src/api/schemas.ts
var MAX_METADATA_BYTES = 1024;
var graph = /* @__PURE__ */ __name((error2) => record(string2(), unknown(), { error: error2 }), "graph");
function integer2(min, max) {
  const error2 = `a whole number from ${min} to ${max}`;
  return int({ error: error2 }).min(min, { error: error2 }).max(max, { error: error2 });
}
__name(integer2, "integer");
function integerText(min, max) {
  const error2 = `a whole number from ${min} to ${max}`;
  return string2({ error: error2 }).regex(/^\d{1,9}$/, { error: error2 }).transform(Number).pipe(integer2(min, max));
}
__name(integerText, "integerText");
function text2(min, max, pattern, what) {
  const error2 = `${min} to ${max} ${what}`;
  return string2({ error: error2 }).min(min, { error: error2 }).max(max, { error: error2 }).regex(pattern, { error: error2 });
}
__name(text2, "text");
var absent = /* @__PURE__ */ __name((schema) => schema.nullish().transform((value) => value ?? void 0), "absent");
var sessionId = text2(1, 128, /^[\x20-\x7e]*$/, "printable ASCII characters").describe(
  "Groups jobs of one conversation or user interface."
);
var metadataError = `a string of at most ${MAX_METADATA_BYTES} UTF-8 bytes`;
var metadata = string2({ error: metadataError }).max(MAX_METADATA_BYTES, { error: metadataError }).check(({ value, issues }) => {
  if (new TextEncoder().encode(value).length > MAX_METADATA_BYTES)
    issues.push({
      code: "too_big",
      origin: "string",
      maximum: MAX_METADATA_BYTES,
      input: value,
      message: metadataError
    });
}).describe(`A label of the caller's, echoed on the job; at most ${MAX_METADATA_BYTES} UTF-8 bytes.`);
var reserved = _null3({ error: "nothing: this member is reserved" }).optional().describe("Reserved; leave it out.");
var ExtraData = strictObject(
  {
    api_key_comfy_org: string2({ error: "a string" }).optional().describe("API key for partner (API) nodes. Forwarded, never stored or logged."),
    extra_pnginfo: strictObject(
      {
        workflow: graph("an object").optional().describe("UI-format workflow that ComfyUI writes into its pictures.")
      },
      { error: "an object whose only member is workflow" }
    ).optional()
  },
  { error: "an object with no other members than api_key_comfy_org and extra_pnginfo" }
).describe("What ComfyUI gets beside the graph. Closed: any other member is refused.");
var SubmitRequest = object(
  {
    workflow: graph('an API-format graph, {"<node id>": {"class_type": \u2026, "inputs": {\u2026}}}').describe(
      "API-format workflow graph, verbatim; integers keep every digit."
    ),
    extra_data: absent(ExtraData),
    metadata: absent(metadata),
    priority: absent(integer2(-1e6, 1e6)).describe(
      "Echoed on the job; it does not change the order of execution."
    ),
    session_id: absent(sessionId),
    timeout_ms: absent(integer2(1, 864e5)).describe(
      "Longest run in ms, from the start of execution; in place of the JOB_TIMEOUT_MS setting."
    ),
    webhook_url: reserved,
    inputs: reserved
  },
  { error: "a JSON object" }
).describe("A workflow to run.");
var JOB_STATUSES = [
  "queued",
  "running",
  "canceling",
  "succeeded",
  "failed",
  "canceled",
  "expired"
];
var JobStatus = _enum(JOB_STATUSES, { error: JOB_STATUSES.join(", ") }).describe(
  "queued \u2192 running \u2192 succeeded, failed or expired; a cancel request: \u2192 canceling \u2192 canceled. The last four are terminal."
);
var WaitSeconds = integerText(0, 60).describe(
  "Answer when the job has ended, or after so many seconds."
);
var JobQuery = object({ wait: WaitSeconds.optional() });
var JobListQuery = object({
  status: string2().transform((list) => list === "" ? [] : splitList(list)).pipe(array(JobStatus)).optional().describe("Only jobs with one of these, comma-separated."),
  limit: integerText(1, 100).default(50),
  cursor: text2(1, 512, /^[\x21-\x7e]*$/, "characters, as `next_cursor` gave them").optional().describe("`next_cursor` of the page before."),
  workflow: string2().optional().describe("Only jobs of the workflow with this name."),
  session_id: sessionId.optional().describe("Only jobs of this session.")
});
var EventsQuery = object({
  session_id: sessionId.optional().describe("Only jobs of this session.")
});
function splitList(list) {
  return list.split(",").map((item) => item.trim());
}
__name(splitList, "splitList");
var time3 = /* @__PURE__ */ __name(() => iso_exports.datetime(), "time");
var jobId = string2().nullish().describe("The job that produced it.");
var Progress = object({
  value: number2().min(0).max(1).describe("Overall fraction. Never goes back; 1 only when the job succeeded."),
  nodes_done: int(),
  nodes_total: int(),
  current_node: string2().nullish(),
  current_node_class: string2().nullish(),
  step: int().nullish(),
  steps: int().nullish(),
  message: string2().nullish().describe('For people, such as "KSampler 21/50".')
}).describe("A complete snapshot of the progress: one is enough to catch up.");
var OutputType = _enum(["image", "video", "audio", "text", "file", "latent"]).describe("Kind of an output, by file extension and media type.");
var place2 = {
  folder_type: _enum(["output", "temp", "input"]).nullish().describe("Folder of ComfyUI; files in `temp` are previews and vanish at its restart."),
  subfolder: string2().nullish()
};
var content = {
  content_type: string2(),
  size_bytes: int().describe("0 while unknown."),
  hash: string2().nullable().describe("`blake3:<hex>`; null while not computed."),
  url: url().describe("Absolute link to the bytes."),
  url_expires_at: time3()
};
var Output = object({
  node_id: string2(),
  name: string2(),
  type: OutputType,
  id: string2().describe("Asset UUID, the same after a rebuild."),
  ...content,
  job_id: jobId,
  ...place2
}).describe("A committed output of a job. Outputs are assets.");
var Asset = object({
  id: string2(),
  ...content,
  file_path: string2().nullish(),
  created_new: boolean2().optional(),
  created_at: time3(),
  expires_at: time3().nullish(),
  job_id: jobId,
  ...place2
}).describe("A record over bytes that can be fetched.");
var JobError = object({
  code: string2().describe("node_execution_error, lost, timeout, queue_timeout or upstream_error."),
  message: string2(),
  node_id: string2().nullish(),
  class_type: string2().nullish(),
  traceback: string2().nullish()
}).describe("Why a job failed.");
var JobWarning = object({ node_id: string2().nullish(), class_type: string2().nullish(), message: string2() }).describe("An output node that ComfyUI dropped from an accepted workflow.");
var JobUrls = object({ self: url(), events: url(), cancel: url() }).describe("Absolute follow-up links: follow these instead of building URLs.");
var Job = object({
  id: string2().describe("UUIDv7; also the prompt id in ComfyUI."),
  status: JobStatus,
  created_at: time3(),
  started_at: time3().nullable(),
  completed_at: time3().nullable(),
  expires_at: time3().describe("When the record is dropped."),
  queue_position: int().nullable(),
  progress: Progress.nullable(),
  outputs: array(Output).describe("All that are committed so far."),
  error: JobError.nullable(),
  metrics: object({ queue_ms: int().nullable(), execution_ms: int().nullable() }).describe("Null while not known."),
  urls: JobUrls,
  outputs_reused: boolean2().describe("Whether ComfyUI took nodes from its cache."),
  warnings: array(JobWarning),
  metadata: string2().optional(),
  priority: int().optional(),
  workflow_name: string2().optional(),
  session_id: string2().optional(),
  backend: string2().optional().describe("Which ComfyUI runs it, such as `comfyui-1`.")
}).describe("One execution of a workflow.");
var JobList = object({
  jobs: array(Job),
  truncated: boolean2().describe("Whether there may be more."),
  next_cursor: string2().nullable().describe("`cursor` of the next page; null on the last.")
}).describe("Jobs, newest first.");
var JobWorkflow = object({
  workflow: record(string2(), unknown()),
  format: _enum(["save", "api"]).describe("Always `api` here.")
}).describe("The graph that a job ran.");
var Health = object({
  status: literal("healthy"),
  upstream: string2().describe("Names of the backends, comma-separated.")
}).describe("The gateway answers; ComfyUI was not asked.");
var Alive = object({ status: literal("ok") }).describe("The process answers.");
var Ready = object({
  status: _enum(["ready", "degraded", "unavailable"]).describe("All, some or none of the backends are reachable."),
  backends: array(
    object({
      name: string2(),
      reachable: boolean2(),
      version: string2().optional(),
      queue_running: int().optional(),
      queue_pending: int().optional(),
      latency_ms: number2().optional()
    })
  )
}).describe("Whether jobs can run.");
var ErrorEnvelope = object({
  error: object({
    code: _enum(ERROR_CODES),
    message: string2(),
    details: record(string2(), unknown()).nullable().describe("Facts for machines: field, given, allowed.")
  })
}).describe("The body of every refusal and fault.");
var eventOf = { job_id: string2().optional().describe("On `GET /api/v2/events` only.") };
var StatusEvent = object({ status: JobStatus, queue_position: int().nullish(), ...eventOf }).describe("`status`: the job is now in this state.");
var ProgressEvent = Progress.extend(eventOf).describe("`progress`: the latest snapshot.");
var PreviewEvent = object({ node_id: string2(), content_type: string2(), data_base64: string2(), ...eventOf }).describe("`preview`: a picture of the work in progress.");
function describeIssues(error2, input) {
  return error2.issues.flatMap((issue2) => {
    const paths2 = issue2.code === "unrecognized_keys" ? issue2.keys.map((key) => [...issue2.path, key]) : [issue2.path];
    return paths2.map((path2) => {
      const value = valueAt(input, path2);
      return {
        field: path2.join("."),
        reason: reasonOf(issue2, value),
        given: shown(value, path2[0]),
        allowed: issue2.message
      };
    });
  });
}
__name(describeIssues, "describeIssues");
function reasonOf(issue2, value) {
  switch (issue2.code) {
    case "unrecognized_keys":
      return "is not a known member";
    case "invalid_type":
      if (value === void 0) return "is missing";
      return issue2.expected === "int" && typeof value === "number" ? "is not a whole number" : "has the wrong type";
    case "too_big":
      return typeof value === "string" && issue2.origin === "string" ? "is too long" : "is too large";
    case "too_small":
      return typeof value === "string" && issue2.origin === "string" ? "is too short" : "is too small";
    case "invalid_value":
      return "is not known";
    default:
      return "has the wrong form";
  }
}
__name(reasonOf, "reasonOf");
function valueAt(input, path2) {
  let value = input;
  for (const key of path2) {
    if (typeof value === "string" && typeof key === "number") value = splitList(value)[key];
    else if (typeof value === "object" && value !== null && Object.hasOwn(value, key))
      value = value[key];
    else return void 0;
  }
  return value;
}
__name(valueAt, "valueAt");
function shown(value, root) {
  if (value === void 0) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (root === "extra_data") return `a ${typeof value}`;
  const text3 = JSON.stringify(value);
  return text3.length > 100 ? `${text3.slice(0, 99)}\u2026` : text3;
}
__name(shown, "shown");

// src/http/parse.ts
function parseQuery(schema, c) {
  const query = c.req.query();
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error, query, 400);
}
__name(parseQuery, "parseQuery");
function refusal(error2, input, status) {
  const faults = describeIssues(error2, input);
  const sentences = faults.map(
    ({ field, reason, given, allowed }) => `'${field}' ${reason}: given ${given}${allowed === void 0 ? "" : `, allowed is ${allowed}`}.`
  );
  return new GatewayError("invalid_request", sentences.join(" "), { status, details: { faults } });
}
__name(refusal, "refusal");

// src/http/events.ts
var MAX_STREAMS = 1e4;
var MAX_STREAMS_PER_KEY = 2500;
function eventRoutes({ service, feed, presenter, log, now, polling }) {
  const routes = new Hono3();
  const deps = { feed, presenter };
  const open3 = createStreamCounter();
  function comeBack(c, error2) {
    if (error2 instanceof GatewayError && error2.status < 500 && error2.code !== "rate_limited") throw error2;
    log("warn", "stream_failed", { request_id: c.var.requestId, path: c.req.path, error: causes(error2) });
    return c.body(RETRY, 200, SSE_HEADERS);
  }
  __name(comeBack, "comeBack");
  function lookAtAll(caller, session) {
    let before = [];
    return async () => {
      const found = await service.live(caller, session);
      const ids = new Set(found.map(({ id }) => id));
      const jobs = [...found, ...before.filter(({ id }) => !ids.has(id))];
      const now2 = await Promise.all(jobs.map((job) => service.refresh(job)));
      before = now2.filter((job) => !isTerminal(job.status));
      return now2;
    };
  }
  __name(lookAtAll, "lookAtAll");
  routes.get("/jobs/:id/events", async (c) => {
    const after = resumeFrom(c);
    open3.refuseTooMany(c);
    try {
      const job = await service.get(c.var.caller, c.req.param("id"));
      if (after !== void 0 && isTerminal(job.status) && after >= job.seq) return c.body(null, 204);
      const viewer = { base: c.var.base, owner: c.var.caller.owner };
      if (!polling) return open3.stream(c, () => jobEvents(deps, job, viewer, after));
      let latest = job;
      const look = /* @__PURE__ */ __name(async () => [latest = await service.refresh(latest)], "look");
      const looking = { ...polling, look, delays: adaptiveDelays, now };
      return open3.stream(c, () => polledEvents(deps, looking, viewer, { after, all: false }));
    } catch (error2) {
      return comeBack(c, error2);
    }
  });
  routes.get("/events", async (c) => {
    const { session_id: session } = parseQuery(EventsQuery, c);
    open3.refuseTooMany(c);
    const { caller, base } = c.var;
    const viewer = { base, owner: caller.owner };
    const mine = /* @__PURE__ */ __name((job) => service.mine(job, caller) !== null && (session === void 0 || job.session === session), "mine");
    if (polling) {
      const looking = { ...polling, look: lookAtAll(caller, session), delays: adaptiveDelays, now };
      return open3.stream(c, () => polledEvents(deps, looking, viewer, { after: void 0, all: true }));
    }
    let begin;
    const response = open3.stream(c, () => {
      const all = allEvents(deps, viewer, mine);
      begin = all.begin;
      return all;
    });
    if (!begin) return response;
    try {
      begin(await service.live(caller, session));
    } catch (error2) {
      await response.body?.cancel();
      return comeBack(c, error2);
    }
    return response;
  });
  return routes;
}
__name(eventRoutes, "eventRoutes");
var SSE_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  // nginx would collect the stream otherwise.
  "x-accel-buffering": "no"
};
function createStreamCounter() {
  const byOwner = /* @__PURE__ */ new Map();
  let total = 0;
  function count(owner, change) {
    total += change;
    const mine = (byOwner.get(owner) ?? 0) + change;
    if (mine === 0) byOwner.delete(owner);
    else byOwner.set(owner, mine);
  }
  __name(count, "count");
  return {
    refuseTooMany(c) {
      const { owner, admin } = c.var.caller;
      const mine = byOwner.get(owner) ?? 0;
      if (total < MAX_STREAMS && (admin || mine < MAX_STREAMS_PER_KEY)) return;
      throw new GatewayError(
        "too_many_streams",
        `${mine} event streams of yours are open (${total} in all), which is the limit. Close one, or poll the job.`,
        { retryAfterSeconds: 5 }
      );
    },
    stream(c, make) {
      if (c.req.raw.method === "HEAD") return c.body(null, 200, SSE_HEADERS);
      const { owner } = c.var.caller;
      const { body, over } = make();
      count(owner, 1);
      void over.then(() => count(owner, -1));
      return c.body(body, 200, SSE_HEADERS);
    }
  };
}
__name(createStreamCounter, "createStreamCounter");
function resumeFrom(c) {
  const header2 = c.req.header("last-event-id");
  if (header2 !== void 0 && EVENT_ID.test(header2)) return Number(header2);
  const given = c.req.query("starting_after");
  if (given === void 0 || given === "") return void 0;
  if (EVENT_ID.test(given)) return Number(given);
  const shown2 = given.slice(0, 50);
  throw new GatewayError(
    "invalid_request",
    `'starting_after' is no event id: given '${shown2}', allowed is the 'id' of an event of this job, a whole number.`,
    { details: { field: "starting_after", given: shown2 } }
  );
}
__name(resumeFrom, "resumeFrom");
var EVENT_ID = /^\d{1,15}$/;

// src/http/health.ts
var READY_MS = 1e3;
function healthRoutes(backends, now) {
  const routes = new Hono3();
  const alive = { status: "ok" };
  routes.get("/healthz", (c) => c.json(alive));
  let checked = [];
  let checkedAt = Number.NEGATIVE_INFINITY;
  routes.get("/readyz", async (c) => {
    if (now() - checkedAt > READY_MS) {
      checked = await Promise.all(backends().map((backend) => check(backend, now)));
      checkedAt = now();
    }
    const up = checked.filter((backend) => backend.reachable).length;
    const status = up === 0 ? "unavailable" : up < checked.length ? "degraded" : "ready";
    const body = { status, backends: checked };
    return c.json(body, up === 0 ? 503 : 200);
  });
  return routes;
}
__name(healthRoutes, "healthRoutes");
function apiHealthRoute(backends) {
  const routes = new Hono3();
  routes.get("/api/v2/health", (c) => {
    const body = {
      status: "healthy",
      upstream: backends().map(({ name }) => name).join(", ")
    };
    return c.json(body);
  });
  return routes;
}
__name(apiHealthRoute, "apiHealthRoute");
async function check({ name, client }, now) {
  const start = now();
  try {
    const remaining = await client.queueRemaining();
    const latency = now() - start;
    const version3 = await client.version().catch(() => void 0);
    return {
      name,
      reachable: true,
      latency_ms: latency,
      queue_pending: remaining,
      ...version3 && { version: version3 }
    };
  } catch {
    return { name, reachable: false };
  }
}
__name(check, "check");

// src/http/body.ts
var MAX_DEPTH = 100;
var HELD = 8;
var DRAINED = 8;
function createJsonBodyReader(maxBytes) {
  let held = 0;
  async function read(c) {
    const length = c.req.header("content-length");
    const declared = length === void 0 ? maxBytes : Number(length);
    if (declared > maxBytes) {
      if (declared <= maxBytes * DRAINED) await c.req.raw.body?.pipeTo(new WritableStream());
      throw tooLarge(declared, maxBytes);
    }
    if (held + declared > maxBytes * HELD) {
      throw new GatewayError(
        "rate_limited",
        "Too many large requests are being read at once. Try again in a second.",
        {
          retryAfterSeconds: 1
        }
      );
    }
    held += declared;
    try {
      return decode2(length === void 0 ? await collect(c, maxBytes) : await c.req.arrayBuffer());
    } finally {
      held -= declared;
    }
  }
  __name(read, "read");
  return async (c) => {
    const encoding = c.req.header("content-encoding");
    if (encoding !== void 0 && encoding !== "identity") {
      throw new GatewayError(
        "unsupported_media_type",
        `The body has the encoding '${encoding}'. Send it without one.`,
        {
          details: { field: "Content-Encoding", given: encoding }
        }
      );
    }
    const text3 = await read(c);
    if (text3.trim() === "") throw invalid2("The body is empty; it must be a JSON object.");
    const depth = jsonDepth(text3);
    if (depth > MAX_DEPTH) {
      throw invalid2(`The JSON is nested ${depth} levels deep; at most ${MAX_DEPTH} are allowed.`);
    }
    const body = parse4(text3);
    if (isObject(body)) return { text: text3, body };
    const given = Array.isArray(body) ? "an array" : String(body).slice(0, 50);
    throw invalid2(`The body must be a JSON object; given: ${given}.`);
  };
}
__name(createJsonBodyReader, "createJsonBodyReader");
async function collect(c, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes * DRAINED) break;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > maxBytes) throw tooLarge(size, maxBytes);
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
__name(collect, "collect");
function decode2(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error2) {
    throw invalid2("The body is not valid UTF-8.", error2);
  }
}
__name(decode2, "decode");
function parse4(text3) {
  try {
    return JSON.parse(text3);
  } catch (error2) {
    throw invalid2(
      `The body is not valid JSON: ${error2 instanceof Error ? error2.message : String(error2)}`,
      error2
    );
  }
}
__name(parse4, "parse");
function invalid2(message, cause) {
  return new GatewayError("invalid_request", message, { cause });
}
__name(invalid2, "invalid");
function tooLarge(bytes, max) {
  return new GatewayError(
    "payload_too_large",
    `The body has ${bytes} bytes or more; at most ${max} are taken (MAX_BODY_BYTES).`,
    { details: { max_bytes: max } }
  );
}
__name(tooLarge, "tooLarge");

// src/http/jobs.ts
var MAX_WAIT_S = 60;
function jobRoutes({ service, feed, presenter, maxBodyBytes, idempotency }) {
  const routes = new Hono3();
  const readBody = createJsonBodyReader(maxBodyBytes);
  function present(c, job) {
    return presenter.job(job, feed.live(job.id), { base: c.var.base, owner: c.var.caller.owner });
  }
  __name(present, "present");
  routes.post("/jobs", async (c) => {
    const key = idempotencyKeyOf(c);
    const { text: text3, body } = await readBody(c);
    const submission = { ...parseSubmission(text3, body), ...key !== void 0 && { idempotencyKey: key } };
    const waitSeconds = preferredWait(c);
    const submitted = await service.submit(c.var.caller, submission);
    return answer2(c, submitted, waitSeconds);
  });
  async function answer2(c, submitted, waitSeconds) {
    const { caller } = c.var;
    switch (submitted.outcome) {
      case "created": {
        if (waitSeconds !== void 0) c.header("preference-applied", `wait=${waitSeconds}`);
        const job = await service.wait(submitted.job, (waitSeconds ?? 0) * 1e3, c.req.raw.signal);
        return c.json(present(c, job), 201);
      }
      case "repeated": {
        const first = await service.get(caller, submitted.jobId).catch(notFoundIsUndefined);
        if (idempotency === "replay" && first) {
          c.header("idempotency-replayed", "true");
          return c.json(present(c, first), 201);
        }
        throw new GatewayError(
          "idempotency_key_reuse",
          "This Idempotency-Key was used before. Keys are for one request: details.job is the job of the first; send a new key for a new job.",
          { details: { job: reference(c, submitted.jobId, first) } }
        );
      }
      case "unknown":
        throw new GatewayError(
          "upstream_unreachable",
          `${submitted.error.message} Whether it has the job is not known yet: look at details.job before you submit again.`,
          {
            details: { job: reference(c, submitted.job.id, submitted.job) },
            retryAfterSeconds: 5,
            cause: submitted.error
          }
        );
    }
  }
  __name(answer2, "answer");
  function reference(c, id, job) {
    return job ? { id, urls: presenter.urls(job, { base: c.var.base, owner: c.var.caller.owner }) } : { id };
  }
  __name(reference, "reference");
  routes.get("/jobs", async (c) => {
    const query = parseQuery(JobListQuery, c);
    const { status, workflow, session_id: session } = query;
    const filter = {
      ...status !== void 0 && status.length > 0 && { statuses: status },
      ...workflow !== void 0 && { workflow },
      ...session !== void 0 && { session }
    };
    const page3 = await service.list(c.var.caller, filter, query.limit, query.cursor);
    if (!page3) {
      const given = query.cursor?.slice(0, 50);
      throw new GatewayError(
        "invalid_request",
        `'cursor' is not valid: given '${given}', allowed is 'next_cursor' of an earlier page.`,
        { details: { field: "cursor", given } }
      );
    }
    const { jobs, next } = page3;
    const list = {
      jobs: jobs.map((job) => present(c, job)),
      truncated: next !== null,
      next_cursor: next
    };
    return c.json(list);
  });
  routes.get("/jobs/:id", async (c) => {
    const job = await service.get(c.var.caller, c.req.param("id"));
    if (c.req.query("wait") === void 0) return c.json(present(c, job));
    const { wait = 0 } = parseQuery(JobQuery, c);
    return c.json(present(c, await service.wait(job, wait * 1e3, c.req.raw.signal)));
  });
  routes.get("/jobs/:id/workflow", async (c) => {
    const text3 = await service.graph(c.var.caller, c.req.param("id"));
    return c.body(`{"workflow":${text3},"format":"api"}`, 200, { "content-type": "application/json" });
  });
  routes.post(
    "/jobs/:id/cancel",
    async (c) => c.json(present(c, await service.cancel(c.var.caller, c.req.param("id"))))
  );
  return routes;
}
__name(jobRoutes, "jobRoutes");
function parseSubmission(text3, body) {
  for (const name of ["webhook_url", "inputs"]) {
    if (body[name] !== void 0 && body[name] !== null) {
      throw new GatewayError(
        "invalid_workflow",
        `'${name}' cannot be given here: it is reserved. Leave it out.`,
        {
          details: { field: name }
        }
      );
    }
  }
  const parsed = SubmitRequest.safeParse({ ...body, workflow: {} });
  if (!parsed.success) {
    const closed = parsed.error.issues.some((issue2) => issue2.path[0] === "extra_data");
    throw refusal(parsed.error, body, closed ? 400 : 422);
  }
  const { extra_data: extra, metadata: metadata2, priority, session_id: session, timeout_ms: timeoutMs } = parsed.data;
  return {
    graphText: memberText(text3, "workflow") ?? "",
    graph: body["workflow"],
    ...extra?.api_key_comfy_org !== void 0 && { apiKeyComfyOrg: extra.api_key_comfy_org },
    ...extra?.extra_pnginfo?.workflow !== void 0 && { pngWorkflowText: pngWorkflowText(text3) },
    ...metadata2 !== void 0 && { metadata: metadata2 },
    ...priority !== void 0 && { priority },
    ...session !== void 0 && { session },
    ...timeoutMs !== void 0 && { timeoutMs }
  };
}
__name(parseSubmission, "parseSubmission");
function pngWorkflowText(text3) {
  const extra = memberText(text3, "extra_data") ?? "{}";
  return memberText(memberText(extra, "extra_pnginfo") ?? "{}", "workflow") ?? "{}";
}
__name(pngWorkflowText, "pngWorkflowText");
function idempotencyKeyOf(c) {
  const key = c.req.header("idempotency-key");
  if (key === void 0 || key.length >= 1 && key.length <= 255) return key;
  throw new GatewayError(
    "invalid_request",
    `'Idempotency-Key' has ${key.length} characters; 1 to 255 are allowed.`,
    {
      details: { field: "Idempotency-Key", given: key.length, allowed: "1 to 255 characters" }
    }
  );
}
__name(idempotencyKeyOf, "idempotencyKeyOf");
function preferredWait(c) {
  const seconds = /(?:^|[,;\s])wait="?(\d{1,9})"?(?:$|[,;\s])/.exec(c.req.header("prefer") ?? "")?.[1];
  return seconds === void 0 ? void 0 : Math.min(Number(seconds), MAX_WAIT_S);
}
__name(preferredWait, "preferredWait");

// src/http/origin.ts
function checkOrigin(settings, log) {
  const { allowedHosts, corsOrigins, publicUrl, trustProxy } = settings;
  const anyHost = allowedHosts.includes("*");
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const signedLinks = settings.apiKeys.length > 0;
  let warned = false;
  function seenOrigin(c) {
    const url2 = c.req.url;
    const end = url2.indexOf("/", 8);
    const split = url2.indexOf("://");
    const own3 = { protocol: url2.slice(0, split), host: url2.slice(split + 3, end === -1 ? void 0 : end) };
    const forwarded2 = firstOf(c.req.header("x-forwarded-proto"));
    const protocol = forwarded2 === "http" || forwarded2 === "https" ? forwarded2 : void 0;
    if (trustProxy) {
      return {
        protocol: protocol ?? own3.protocol,
        host: firstOf(c.req.header("x-forwarded-host")) ?? own3.host
      };
    }
    if (protocol === "https" && own3.protocol === "http" && publicUrl === void 0 && !warned) {
      warned = true;
      log("warn", "behind_tls", {
        message: "A proxy with TLS is in front, but links are made with http. Set PUBLIC_URL=https://your.host, or TRUST_PROXY=true if the proxy sets X-Forwarded-*."
      });
    }
    return own3;
  }
  __name(seenOrigin, "seenOrigin");
  function harmless(c) {
    const { method } = c.req;
    if (method !== "GET" && method !== "HEAD") return false;
    const page3 = URL.parse(c.req.header("referer") ?? "")?.origin;
    return c.req.header("sec-fetch-mode") === "navigate" || signedLinks && c.req.query("signature") !== void 0 || page3 !== void 0 && (corsOrigins.includes(page3) || corsOrigins.includes("*"));
  }
  __name(harmless, "harmless");
  return async (c, next) => {
    const { protocol, host } = seenOrigin(c);
    if (!anyHost && !hosts.has(host.toLowerCase()) && !hosts.has(withoutPort(host).toLowerCase())) {
      throw new GatewayError(
        "forbidden",
        `The host '${host}' is not one of this gateway's names. Add it to ALLOWED_HOSTS, or set PUBLIC_URL.`,
        {
          details: { field: "Host", given: host }
        }
      );
    }
    const base = publicUrl ?? `${protocol}://${host}`;
    const origin = c.req.header("origin");
    if (origin !== void 0 && !corsOrigins.includes(origin) && !corsOrigins.includes("*") && !sameSite(origin, base, host)) {
      throw new GatewayError(
        "forbidden_origin",
        `Pages of '${origin}' may not call this gateway. Add the origin to CORS_ORIGINS.`,
        {
          details: { field: "Origin", given: origin }
        }
      );
    }
    if (origin === void 0 && c.req.header("sec-fetch-site") === "cross-site" && !harmless(c)) {
      throw new GatewayError(
        "forbidden_origin",
        "Pages of another site may not load this without a signed link. Add their origin to CORS_ORIGINS.",
        { details: { field: "Sec-Fetch-Site", given: "cross-site" } }
      );
    }
    c.set("base", base);
    return next();
  };
}
__name(checkOrigin, "checkOrigin");
function sameSite(origin, base, host) {
  return origin === base || origin.slice(origin.indexOf("://") + 3).toLowerCase() === host.toLowerCase();
}
__name(sameSite, "sameSite");
function withoutPort(host) {
  return host.replace(/:\d+$/, "");
}
__name(withoutPort, "withoutPort");
function firstOf(header2) {
  return header2?.split(",", 1)[0]?.trim() || void 0;
}
__name(firstOf, "firstOf");

// src/api/openapi.ts
function openapiDocument({ version: version3, serverUrl }) {
  return {
    openapi: "3.1.0",
    info: {
      title: "comfygate",
      version: version3,
      summary: "ComfyUI workflows as jobs: submit, watch, fetch.",
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" }
    },
    servers: [{ url: serverUrl }],
    security: [{ bearerAuth: [] }, {}],
    tags: TAGS,
    paths: paths(),
    components: {
      securitySchemes: {
        bearerAuth: {
          type: "http",
          scheme: "bearer",
          description: "A key of API_KEYS; none needed without them."
        }
      },
      schemas: componentSchemas()
    }
  };
}
__name(openapiDocument, "openapiDocument");
var DESCRIPTION = "A strict superset of Comfy API v2. Submit a workflow, follow the links in the answer, fetch the outputs. Every refusal has the same envelope, with a code that programs can rely on.";
var TAGS = [
  { name: "jobs", description: "One execution of a workflow." },
  { name: "events", description: "Server-sent events: live progress that survives a lost connection." },
  { name: "assets", description: "What jobs produced." },
  { name: "gateway", description: "Whether it works, and how to talk to it." }
];
var SCHEMAS = {
  SubmitRequest,
  ExtraData,
  Job,
  JobStatus,
  JobError,
  JobWarning,
  JobUrls,
  JobList,
  JobWorkflow,
  Progress,
  Output,
  OutputType,
  Asset,
  StatusEvent,
  ProgressEvent,
  PreviewEvent,
  Health,
  Alive,
  Ready,
  ErrorEnvelope
};
var STRING = { type: "string" };
var ref = /* @__PURE__ */ __name((name) => ({ $ref: `#/components/schemas/${name}` }), "ref");
var path = /* @__PURE__ */ __name((what) => ({
  name: "id",
  in: "path",
  required: true,
  description: what,
  schema: STRING
}), "path");
var header = /* @__PURE__ */ __name((name, description, schema = STRING) => ({
  name,
  in: "header",
  description,
  schema
}), "header");
var answer = /* @__PURE__ */ __name((description, content2, headers) => ({
  description,
  ...headers && { headers },
  ...content2 && { content: content2 }
}), "answer");
var json = /* @__PURE__ */ __name((name, description, headers) => answer(description, { "application/json": { schema: ref(name) } }, headers), "json");
var JOB_ID = path("Job id.");
var ASSET_ID = path("Asset id, from an output of a job.");
var COMMON = {
  401: ["unauthorized"],
  403: ["forbidden", "forbidden_origin"],
  429: ["rate_limited"],
  500: ["internal_error"],
  503: ["storage_unavailable"]
};
var UPSTREAM = {
  502: ["upstream_error"],
  503: ["upstream_unreachable", "storage_unavailable"]
};
var OF_ONE = { ...COMMON, 404: ["not_found"], ...UPSTREAM };
var STREAM = {
  ...COMMON,
  400: ["invalid_request"],
  429: ["too_many_streams", "rate_limited"]
};
var BYTES = { "*/*": { schema: { type: "string", format: "binary" } } };
var EVENTS = { "text/event-stream": { schema: STRING } };
var EVENT_SCHEMAS = {
  status: { schema: "#/components/schemas/StatusEvent" },
  progress: { schema: "#/components/schemas/ProgressEvent" },
  preview: { schema: "#/components/schemas/PreviewEvent" },
  output: { schema: "#/components/schemas/Output" }
};
var responseHeader = /* @__PURE__ */ __name((name, description, schema = STRING) => ({
  [name]: { description, schema }
}), "responseHeader");
var RANGE2 = header("Range", "One range of bytes, such as `bytes=0-1048575`.");
var ACCEPT_RANGES = responseHeader("Accept-Ranges", "`bytes`.");
var RETRY_AFTER = responseHeader("Retry-After", "Seconds to wait before trying again.", {
  type: "integer"
});
var EXAMPLE_GRAPH = {
  "1": { class_type: "EmptyImage", inputs: { width: 512, height: 512, batch_size: 1, color: 3368601 } },
  "2": { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "comfygate" } }
};
var OPERATIONS = {
  "POST /api/v2/jobs": {
    id: "postJobs",
    tag: "jobs",
    summary: "Submit a workflow",
    description: "ComfyUI checks the graph before the answer. 201 means that the job is recorded and queued.",
    parameters: [
      header(
        "Idempotency-Key",
        "Makes sending again safe: `idempotency_key_reuse` then names the first job in `details.job`.",
        { type: "string", minLength: 1, maxLength: 255 }
      ),
      header("Prefer", "`wait=N` answers when the job has ended, or after N seconds (at most 60).")
    ],
    body: { schema: ref("SubmitRequest"), example: { workflow: EXAMPLE_GRAPH } },
    answers: {
      201: json(
        "Job",
        "The job.",
        responseHeader(
          "Idempotency-Replayed",
          "`true` if the gateway is set to replay and this is the first job."
        )
      )
    },
    errors: {
      ...COMMON,
      ...UPSTREAM,
      400: ["invalid_request"],
      413: ["payload_too_large"],
      415: ["unsupported_media_type"],
      422: [
        "invalid_workflow",
        "workflow_format_ui",
        "missing_asset",
        "invalid_request",
        "idempotency_key_reuse"
      ],
      429: ["queue_full", "rate_limited"]
    }
  },
  "GET /api/v2/jobs": {
    id: "listJobs",
    tag: "jobs",
    summary: "List jobs, newest first",
    query: JobListQuery,
    answers: { 200: json("JobList", "A page of jobs.") },
    errors: { ...COMMON, 400: ["invalid_request"] }
  },
  "GET /api/v2/jobs/{id}": {
    id: "getJob",
    tag: "jobs",
    summary: "Read a job",
    description: "State, latest progress, and every output so far. With `wait` it is a long poll.",
    parameters: [JOB_ID],
    query: JobQuery,
    answers: { 200: json("Job", "The job.") },
    errors: { ...OF_ONE, 400: ["invalid_request"] }
  },
  "GET /api/v2/jobs/{id}/workflow": {
    id: "getJobWorkflow",
    tag: "jobs",
    summary: "Read the workflow of a job",
    parameters: [JOB_ID],
    answers: { 200: json("JobWorkflow", "The graph as it was submitted.") },
    errors: OF_ONE
  },
  "POST /api/v2/jobs/{id}/cancel": {
    id: "cancelJob",
    tag: "jobs",
    summary: "Cancel a job",
    description: "May be repeated. A job that has ended stays as it is.",
    parameters: [JOB_ID],
    answers: { 200: json("Job", "The job as it is now: `canceling`, or ended.") },
    errors: OF_ONE
  },
  "GET /api/v2/jobs/{id}/events": {
    id: "getJobEvents",
    tag: "events",
    summary: "Watch a job",
    description: "First the state as it is, then live, up to the last `status`. A stream that resumes after `Last-Event-ID` misses no status and no output.",
    parameters: [
      JOB_ID,
      header("Last-Event-ID", "Number of the last event received; EventSource sends it by itself."),
      {
        name: "starting_after",
        in: "query",
        description: "The same, for clients that cannot send the header.",
        schema: STRING
      }
    ],
    answers: {
      200: answer("The stream.", EVENTS),
      204: answer("Nothing is left to tell: the job has ended, and its last event was received.")
    },
    errors: { ...STREAM, 404: ["not_found"] },
    events: EVENT_SCHEMAS
  },
  "GET /api/v2/events": {
    id: "getEvents",
    tag: "events",
    summary: "Watch all jobs",
    description: "The same events of all jobs that the caller may see. Each payload names its `job_id`; there is no resume.",
    query: EventsQuery,
    answers: { 200: answer("The stream.", EVENTS) },
    errors: STREAM,
    events: EVENT_SCHEMAS
  },
  "GET /api/v2/assets/{id}": {
    id: "getAsset",
    tag: "assets",
    summary: "Read an asset record",
    description: "Comes with a fresh link to the bytes.",
    parameters: [ASSET_ID],
    answers: { 200: json("Asset", "The asset.") },
    errors: OF_ONE
  },
  "GET /api/v2/assets/{id}/content": {
    id: "getAssetContent",
    tag: "assets",
    summary: "Fetch the bytes of an asset",
    description: "Takes a key, or a signed link (the `url` of an output or asset).",
    parameters: [ASSET_ID, RANGE2],
    answers: {
      200: answer("All bytes.", BYTES, ACCEPT_RANGES),
      206: answer("The range that was asked for.", BYTES, {
        ...ACCEPT_RANGES,
        ...responseHeader("Content-Range", "Which bytes, and of how many.")
      }),
      304: answer("The bytes are those of `If-None-Match`.")
    },
    errors: { ...OF_ONE, 404: ["not_found", "output_unavailable"], 416: ["range_not_satisfiable"] }
  },
  "HEAD /api/v2/assets/{id}/content": {
    id: "headAssetContent",
    tag: "assets",
    summary: "Size and type of an asset",
    parameters: [ASSET_ID],
    answers: {
      200: answer("The headers of a GET.", void 0, ACCEPT_RANGES),
      304: answer("The bytes are those of `If-None-Match`.")
    },
    errors: { ...OF_ONE, 404: ["not_found", "output_unavailable"] }
  },
  "GET /api/v2/health": {
    id: "getHealth",
    tag: "gateway",
    summary: "Whether the gateway answers",
    answers: { 200: json("Health", "It does.") }
  },
  "GET /healthz": {
    id: "healthz",
    tag: "gateway",
    summary: "Whether the process answers",
    answers: { 200: json("Alive", "It does.") }
  },
  "GET /readyz": {
    id: "readyz",
    tag: "gateway",
    summary: "Whether jobs can run",
    answers: { 200: json("Ready", "At least one ComfyUI is reachable."), 503: json("Ready", "None is.") }
  },
  "GET /openapi.json": {
    id: "getOpenApi",
    tag: "gateway",
    summary: "This document",
    answers: { 200: answer("OpenAPI 3.1.", { "application/json": { schema: { type: "object" } } }) }
  }
};
function paths() {
  const found = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const { id, tag, summary, description, body, answers, errors, events } = operation;
    const [method = "", path2 = ""] = route.split(" ");
    (found[path2] ??= {})[method.toLowerCase()] = {
      operationId: id,
      tags: [tag],
      summary,
      ...description && { description },
      ...!errors && { security: [] },
      parameters: [...operation.parameters ?? [], ...queryParameters(operation.query)],
      ...body && { requestBody: { required: true, content: { "application/json": body } } },
      responses: { ...answers, ...mapValues(errors ?? {}, errorOf) },
      ...events && { "x-sse-events": events }
    };
  }
  return found;
}
__name(paths, "paths");
function errorOf(codes, status) {
  const description = codes.map((code) => `\`${code}\``).join(", ");
  return json("ErrorEnvelope", description, status === "429" || status === "503" ? RETRY_AFTER : void 0);
}
__name(errorOf, "errorOf");
function queryParameters(query) {
  return Object.entries(query?.shape ?? {}).map(([name, member]) => {
    const { description, ...schema } = alone(toJSONSchema(member, { io: "output", override: simplify }));
    const style = schema.type === "array" ? { style: "form", explode: false } : {};
    return Object.assign({ name, in: "query" }, description && { description }, style, { schema });
  });
}
__name(queryParameters, "queryParameters");
function componentSchemas() {
  const registry2 = registry();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry2.add(schema, { id });
  const uri = /* @__PURE__ */ __name((id) => `#/components/schemas/${id}`, "uri");
  return mapValues(toJSONSchema(registry2, { io: "input", uri, override: simplify }).schemas, alone);
}
__name(componentSchemas, "componentSchemas");
function alone({ $schema: _schema, $id: _id, ...schema }) {
  return schema;
}
__name(alone, "alone");
function simplify({ jsonSchema: schema }) {
  if (schema.format !== void 0) delete schema.pattern;
  delete schema.propertyNames;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
__name(simplify, "simplify");
function mapValues(object3, map) {
  return Object.fromEntries(Object.entries(object3).map(([key, value]) => [key, map(value, key)]));
}
__name(mapValues, "mapValues");

// src/http/landing.ts
function landingPage(nonce) {
  return page({ nonce, title: "comfygate", path: "/", style: STYLE, body: BODY, script: SCRIPT });
}
__name(landingPage, "landingPage");
function landingCsp(nonce) {
  return pageCsp(nonce, "'self' data: http: https:");
}
__name(landingCsp, "landingCsp");
function pageCsp(nonce, images) {
  return `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src ${images}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
__name(pageCsp, "pageCsp");
function page({ nonce, title, path: path2, style, body, script }) {
  const links = [
    ["/", "Jobs"],
    ["/docs", "API"],
    ["/openapi.json", "OpenAPI"],
    ["/readyz", "Status"]
  ].map(([href, text3]) => `<a href="${href}"${href === path2 ? ' aria-current="page"' : ""}>${text3}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<style nonce="${nonce}">${FRAME_STYLE}${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar"><a class="brand" href="/">${ICON}comfygate</a><nav aria-label="Main">${links.join("")}</nav></header>
${body}
<script nonce="${nonce}">${FRAME_SCRIPT}${script}<\/script>
</body>
</html>
`;
}
__name(page, "page");
var ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0f766e"/><path d="M8 24V14a8 8 0 0 1 16 0v10M13 24V14a3 3 0 0 1 6 0v10" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>';
var FRAME_STYLE = `
:root { color-scheme: light dark;
  --bg: #f6f7f7; --card: #fff; --well: #eef0f0; --text: #16191c; --muted: #565e66; --line: #dde1e2;
  --accent: #0f766e; --accent-soft: #d8efec; --bad: #b42318; --bad-soft: #fde8e6; --warn: #8a5300; --warn-soft: #fbefd9;
  --code: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { :root {
  --bg: #101314; --card: #181c1e; --well: #0b0e0f; --text: #e9eced; --muted: #9aa4aa; --line: #2a3033;
  --accent: #5ed1c2; --accent-soft: #12393a; --bad: #ff9a8f; --bad-soft: #45201d; --warn: #f2c069; --warn-soft: #3d2d10; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--bg); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3 { line-height: 1.2; letter-spacing: -0.01em; margin: 0; }
p { margin: 0; }
code, pre { font-family: var(--code); font-size: 0.875rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1.5rem;
  padding: 0.9rem max(1.25rem, calc(50vw - 36rem)); border-bottom: 1px solid var(--line); background: var(--card); }
.brand { display: inline-flex; align-items: center; gap: 0.55rem; font-weight: 650; color: var(--text); text-decoration: none; }
nav a { color: var(--muted); text-decoration: none; margin-right: 1.25rem; }
nav a:last-child { margin-right: 0; }
nav a:hover, nav a[aria-current] { color: var(--text); }
nav a[aria-current] { box-shadow: 0 2px 0 var(--accent); }
main { padding: 2.5rem max(1.25rem, calc(50vw - 36rem)) 4rem; }
.muted { color: var(--muted); }
.code { position: relative; }
.code pre { margin: 0; padding: 1rem 1.1rem; overflow-x: auto; background: var(--well); border: 1px solid var(--line);
  border-radius: 10px; line-height: 1.6; }
.code button { position: absolute; top: 0.55rem; right: 0.55rem; }
button { font: inherit; font-size: 0.875rem; padding: 0.3rem 0.8rem; border-radius: 7px; border: 1px solid var(--line);
  background: var(--card); color: var(--text); cursor: pointer; }
button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600; }
`;
var FRAME_SCRIPT = String.raw`
'use strict';
/** An element; children are nodes or texts, never markup. */
function el(tag, props, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}
/** A block of code with a button that copies it, or selects it where the browser keeps the clipboard away. */
function copyable(text) {
  const pre = el('pre', { tabIndex: 0 }, el('code', {}, text));
  const button = el('button', { type: 'button' }, 'Copy');
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = 'Selected';
    }
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  };
  return el('div', { className: 'code' }, pre, button);
}
`;
var STYLE = `
.lead { font-size: 1.2rem; max-width: 44rem; margin-top: 0.75rem; color: var(--muted); }
h1 { font-size: clamp(1.9rem, 5vw, 2.6rem); max-width: 40rem; }
h2 { font-size: 1.3rem; }
section { margin-top: 2.75rem; }
#example, .gallery, .empty { margin-top: 1rem; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 1rem; }
.live { display: inline-flex; align-items: center; gap: 0.5rem; font-size: 0.9rem; color: var(--muted); }
.live::before { content: ''; width: 0.55rem; height: 0.55rem; border-radius: 50%; background: var(--warn); }
.live.on::before { background: var(--accent); }
.gallery { list-style: none; padding: 0; display: grid; gap: 1.1rem; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); }
.job { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; display: flex; flex-direction: column; }
.stage { position: relative; aspect-ratio: 4 / 3; background: var(--well); display: grid; place-items: center; overflow: hidden; }
.thumbs { position: absolute; inset: 0; display: grid; gap: 2px; grid-auto-rows: 1fr; }
.thumbs.many { grid-template-columns: 1fr 1fr; }
.thumbs a { min-width: 0; min-height: 0; overflow: hidden; outline-offset: -3px; }
.thumbs img { width: 100%; height: 100%; object-fit: cover; display: block; }
.note { padding: 2.2rem 1.25rem 1rem; text-align: center; color: var(--muted); font-size: 0.92rem; max-height: 100%; overflow: auto; overflow-wrap: anywhere; }
progress { position: absolute; left: 0; right: 0; bottom: 0; width: 100%; height: 6px; border: 0; appearance: none; background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); transition: width 0.3s; }
progress::-moz-progress-bar { background: var(--accent); }
.about { padding: 0.8rem 1rem 0.95rem; display: grid; gap: 0.3rem; }
.row { display: flex; align-items: baseline; justify-content: space-between; gap: 0.75rem; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.when { white-space: nowrap; }
.small { font-size: 0.85rem; color: var(--muted); overflow-wrap: anywhere; }
.pill { position: absolute; top: 0.6rem; left: 0.6rem; font-size: 0.8rem; font-weight: 600; padding: 0.1rem 0.65rem; border-radius: 1rem; background: var(--card); color: var(--muted); }
.pill.running, .pill.succeeded { background: var(--accent-soft); color: var(--accent); }
.pill.failed, .pill.expired { background: var(--bad-soft); color: var(--bad); }
.pill.canceling, .pill.canceled { background: var(--warn-soft); color: var(--warn); }
.files a { margin-right: 0.75rem; }
.key { margin-top: 1rem; padding: 1.25rem; max-width: 32rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.key label { display: block; font-weight: 600; margin-bottom: 0.4rem; }
.key div { display: flex; gap: 0.6rem; }
.key input { flex: 1; min-width: 0; font: inherit; padding: 0.45rem 0.7rem; border-radius: 7px; border: 1px solid var(--muted); background: var(--bg); color: var(--text); }
.key p { margin-top: 0.6rem; font-size: 0.9rem; }
.bad { color: var(--bad); }
@media (prefers-reduced-motion: reduce) { progress::-webkit-progress-value { transition: none; } }
`;
var BODY = `<main id="main">
<h1>ComfyUI, as an API.</h1>
<p class="lead">comfygate turns ComfyUI workflows into jobs: submit a graph, watch it run, fetch what it made.</p>
<section aria-labelledby="try"><h2 id="try">Run your first job</h2><div id="example"></div></section>
<section aria-labelledby="latest">
<div class="head"><h2 id="latest">Latest jobs</h2><span class="row"><span id="live" class="live" role="status">Connecting\u2026</span>
<button id="forget" type="button" hidden>Forget key</button></span></div>
<form id="key" class="key" hidden><label for="secret">API key</label>
<div><input id="secret" type="password" autocomplete="off" spellcheck="false" required aria-describedby="why"><button class="main">Show jobs</button></div>
<p id="why" class="muted"></p></form>
<p id="empty" class="empty muted" hidden>No jobs yet. Run the request above, and watch this place.</p>
<ul id="gallery" class="gallery" role="list"></ul>
</section>
<noscript>The live view needs JavaScript; the <a href="/openapi.json">API</a> does not.</noscript>
</main>`;
var SCRIPT = String.raw`
const LIMIT = 24;
const STALL_MS = 20000;
const ENDED = ['succeeded', 'failed', 'canceled', 'expired'];
const KEY = 'comfygate.key';
const byId = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const entries = new Map();
let key = sessionStorage.getItem(KEY) ?? '';
let session = new AbortController();

function showExample() {
  const lines = [
    'curl -s ' + location.origin + '/api/v2/jobs \\',
    ...(key || !byId('key').hidden ? ['  -H "Authorization: Bearer $COMFYGATE_KEY" \\'] : []),
    "  -H 'Content-Type: application/json' -H 'Prefer: wait=60' \\",
    "  -d '{\"workflow\": {",
    '    "1": {"class_type": "EmptyImage", "inputs": {"width": 512, "height": 512, "batch_size": 1, "color": 3368601}},',
    '    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "hello"}}',
    "  }}'",
  ];
  byId('example').replaceChildren(copyable(lines.join('\n')));
}

function showLive(text, on) {
  byId('live').textContent = text;
  byId('live').classList.toggle('on', on);
}

/** Asks for a key, and shows nothing of any job until one is accepted. */
function askForKey() {
  byId('why').textContent = key ? 'This key was not accepted.' : 'Jobs are shown to holders of a key. It stays in this tab.';
  byId('why').className = key ? 'bad' : 'muted';
  key = '';
  sessionStorage.removeItem(KEY);
  entries.clear();
  byId('gallery').replaceChildren();
  byId('empty').hidden = byId('forget').hidden = true;
  byId('key').hidden = false;
  showLive('Waiting for a key', false);
  showExample();
}

function begin() {
  session.abort();
  session = new AbortController();
  byId('key').hidden = true;
  byId('forget').hidden = !key;
  showExample();
  follow(session.signal);
}

async function request(path, signal) {
  const response = await fetch(path, { signal, headers: key ? { Authorization: 'Bearer ' + key } : {} });
  if (response.status === 401) {
    session.abort();
    askForKey();
  }
  if (!response.ok) throw new Error(path + ': ' + response.status);
  return response;
}

/** Stream first, then the list: what happens between the two waits in the stream. */
async function follow(signal) {
  for (let waitMs = 1000; !signal.aborted; waitMs = Math.min(waitMs * 2, 15000)) {
    try {
      const stream = await request('/api/v2/events', signal);
      await loadList(signal);
      showLive('Live', true);
      waitMs = 500;
      for await (const event of readEvents(stream.body)) apply(event, signal);
    } catch {
      // Refused, or the connection broke: the list is read again below, and the stream opened again after a pause.
      await loadList(signal).catch(() => {});
    }
    if (signal.aborted) return;
    showLive('Reconnecting…', false);
    await sleep(waitMs);
  }
}

/** Server-sent events of a response body, which EventSource cannot read when a key is needed. */
async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    // The gateway says something every 5 s; a connection that is silent for longer is dead.
    const timer = setTimeout(() => reader.cancel(), STALL_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const frames = (rest + value).split(/\r?\n\r?\n/);
    rest = frames.pop();
    for (const frame of frames) {
      const field = (name) => frame.split(/\r?\n/).filter((line) => line.startsWith(name + ':')).map((line) => line.slice(name.length + 1).trim()).join('\n');
      if (field('data')) yield { type: field('event'), data: JSON.parse(field('data')) };
    }
  }
}

async function loadList(signal) {
  const { jobs } = await (await request('/api/v2/jobs?limit=' + LIMIT, signal)).json();
  for (const job of jobs) show(job);
  byId('empty').hidden = entries.size > 0;
}

async function loadJob(id, signal) {
  show(await (await request('/api/v2/jobs/' + encodeURIComponent(id), signal)).json());
}

let reload = 0;
function apply({ type, data }, signal) {
  const job = entries.get(data.job_id)?.job;
  if (!job) {
    // Ids grow with time: what is older than the last one shown is not for this page.
    const older = entries.size >= LIMIT && [...entries.keys()].every((id) => data.job_id < id);
    clearTimeout(reload);
    if (!older) reload = setTimeout(() => loadList(signal).catch(() => {}), 250);
    return;
  }
  if (type === 'status') Object.assign(job, { status: data.status, queue_position: data.queue_position ?? null });
  else if (type === 'progress') job.progress = data;
  else if (type === 'output' && !job.outputs.some(({ id }) => id === data.id)) job.outputs.push(data);
  show(job);
  if (type === 'status' && ENDED.includes(data.status)) loadJob(data.job_id, signal).catch(() => {});
}

function show(job) {
  const entry = entries.get(job.id) ?? addEntry(job);
  entry.job = job;
  const { pill, name, time, detail, note, thumbs, bar, files } = entry;
  pill.textContent = job.status;
  pill.className = 'pill ' + job.status;
  name.textContent = job.workflow_name ?? 'Workflow';
  const created = new Date(job.created_at);
  const today = created.toDateString() === new Date().toDateString();
  time.textContent = today ? created.toLocaleTimeString([], { timeStyle: 'short' }) : created.toLocaleDateString();
  time.dateTime = time.title = job.created_at;
  detail.textContent = [job.metadata, job.id.slice(-8), job.backend].filter(Boolean).join(' · ');
  for (const output of job.outputs) addOutput(entry, output);
  thumbs.classList.toggle('many', thumbs.childElementCount > 1);
  note.textContent = thumbs.childElementCount > 0 ? '' : noteOf(job, files.childElementCount);
  bar.hidden = !['running', 'canceling'].includes(job.status);
  bar.value = job.progress?.value ?? 0;
}

function noteOf(job, files) {
  if (job.error) return job.error.message;
  if (job.status === 'queued') return job.queue_position > 0 ? 'Number ' + job.queue_position + ' in the queue' : 'In the queue';
  if (job.status !== 'running') return files > 0 ? files + (files > 1 ? ' files' : ' file') : 'No outputs';
  const percent = Math.floor((job.progress?.value ?? 0) * 100) + ' %';
  return job.progress?.message ? percent + ' · ' + job.progress.message : percent;
}

function addEntry(job) {
  const part = (tag, className) => el(tag, { className });
  const entry = { pill: part('span'), name: part('span', 'name'), time: part('time', 'small when'), detail: part('span', 'small'),
    note: part('p', 'note'), thumbs: part('div', 'thumbs'), bar: el('progress', { max: 1, ariaLabel: 'Progress' }), files: part('span', 'small files'), seen: new Set() };
  entry.card = el('li', { className: 'job' },
    el('div', { className: 'stage' }, entry.note, entry.thumbs, entry.bar, entry.pill),
    el('div', { className: 'about' }, el('div', { className: 'row' }, entry.name, entry.time), entry.detail, entry.files));
  const next = [...entries.keys()].filter((id) => id < job.id).sort().at(-1);
  byId('gallery').insertBefore(entry.card, next === undefined ? null : entries.get(next).card);
  entries.set(job.id, entry);
  if (entries.size > LIMIT) {
    const oldest = [...entries.keys()].sort()[0];
    entries.get(oldest).card.remove();
    entries.delete(oldest);
  }
  byId('empty').hidden = true;
  return entry;
}

/** Up to four pictures; everything else is a link. Only http(s) addresses are used. */
function addOutput({ seen, thumbs, files }, output) {
  const url = URL.canParse(output.url) ? new URL(output.url) : null;
  if (seen.has(output.id) || !url || !/^https?:$/.test(url.protocol)) return;
  seen.add(output.id);
  const link = el('a', { href: url.href, target: '_blank', rel: 'noopener' });
  if (output.type === 'image' && thumbs.childElementCount < 4) {
    link.append(el('img', { src: url.href, alt: output.name + ' of node ' + output.node_id, loading: 'lazy' }));
    thumbs.append(link);
  } else {
    link.textContent = output.name;
    files.append(link);
  }
}

byId('key').onsubmit = (event) => {
  event.preventDefault();
  key = byId('secret').value.trim();
  byId('secret').value = '';
  sessionStorage.setItem(KEY, key);
  begin();
};
byId('forget').onclick = () => {
  session.abort();
  key = '';
  askForKey();
};
begin();
`;

// src/http/docs.ts
function docsPage(nonce) {
  return page({ nonce, title: "API \xB7 comfygate", path: "/docs", style: STYLE2, body: BODY2, script: SCRIPT2 });
}
__name(docsPage, "docsPage");
function docsCsp(nonce) {
  return pageCsp(nonce, "data:");
}
__name(docsCsp, "docsCsp");
var STYLE2 = `
.columns { display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: 3rem; }
.contents { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem); overflow: auto; font-size: 0.9rem; }
.contents h2 { font-size: 0.75rem; text-transform: uppercase; letter-spacing: 0.08em; color: var(--muted); margin: 1.2rem 0 0.3rem; }
.contents h2:first-child { margin-top: 0; }
.contents a { display: block; padding: 0.15rem 0; overflow-wrap: anywhere; text-decoration: none; }
.contents a:hover { text-decoration: underline; }
h1 { font-size: 2.1rem; }
.lead { margin-top: 0.75rem; max-width: 46rem; color: var(--muted); }
.group { font-size: 1.4rem; margin-top: 3rem; }
.card { margin-top: 1.1rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; scroll-margin-top: 1rem; }
.card h3 { font-size: 1.08rem; display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem 0.7rem; }
.card h3 + p { margin: 0.6rem 0; }
.card h4 { margin: 1.2rem 0 0.4rem; font-size: 0.85rem; color: var(--muted); }
.method { font: 700 0.75rem/1.7 var(--code); padding: 0 0.6rem; border-radius: 6px; background: var(--accent-soft); color: var(--accent); }
.method.post { background: var(--warn-soft); color: var(--warn); }
.path { font-family: var(--code); font-weight: 600; font-size: 0.95rem; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 0.9rem 0.45rem 0; border-top: 1px solid var(--line); font-weight: 400; }
th { white-space: nowrap; }
th code { font-weight: 600; }
th small { display: block; color: var(--muted); }
td:last-child { width: 60%; padding-right: 0; }
summary { margin-top: 1.2rem; cursor: pointer; font-size: 0.85rem; font-weight: 700; color: var(--muted); }
summary + * { margin-top: 0.5rem; }
@media (max-width: 52rem) { .columns { grid-template-columns: minmax(0, 1fr); gap: 1.5rem; } .contents { position: static; max-height: 14rem; padding: 1rem; border: 1px solid var(--line); border-radius: 12px; }
  td:last-child { width: auto; min-width: 11rem; } }
`;
var BODY2 = `<div class="page"><main id="main" class="columns">
<aside class="contents" aria-label="Contents" id="contents"></aside>
<div id="document" aria-busy="true"><h1>API</h1><p class="lead" role="status">Reading <a href="/openapi.json">/openapi.json</a>\u2026</p>
<noscript>This view needs JavaScript; the document itself does not.</noscript></div>
</main></div>`;
var SCRIPT2 = String.raw`
const nameOf = (reference) => reference.split('/').at(-1);

/** Text in which what stands between backticks is code. */
function rich(text) {
  return (text ?? '').split('\x60').map((part, i) => (i % 2 === 1 ? el('code', {}, part) : part));
}
function linkTo(reference) {
  return el('a', { href: '#schema-' + nameOf(reference) }, nameOf(reference));
}
/** The type of a schema as a list of texts and links, such as "array of Output" or "integer or null, 1 to 100". */
function typeOf(schema) {
  if (schema.$ref) return [linkTo(schema.$ref)];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((choice, i) => (i === 0 ? typeOf(choice) : [' or ', ...typeOf(choice)]));
  if (schema.enum ?? schema.const) return [(schema.enum ?? [schema.const]).join(' | ')];
  if (schema.type === 'array') return ['array of ', ...typeOf(schema.items ?? {})];
  const type = [schema.type ?? 'any'].flat().join(' or ');
  return [[schema.format ? type + ' (' + schema.format + ')' : type, ...limitsOf(schema)].join(', ')];
}
function limitsOf(schema) {
  const range = (low, high, unit) => low === undefined && high === undefined ? [] : [
    (high === undefined ? 'at least ' + low : low === undefined ? 'at most ' + high : low + ' to ' + high) + unit];
  return [...range(schema.minimum, schema.maximum, ''), ...range(schema.minLength, schema.maxLength, ' characters'),
    ...(schema.default === undefined ? [] : ['default ' + schema.default])];
}
/** Rows of [name, remark under the name, type, description]. */
function table(caption, rows) {
  const body = rows.map(([name, remark, type, description]) => el('tr', {},
    el('th', { scope: 'row' }, el('code', {}, name), ...(remark ? [el('small', {}, remark)] : [])),
    el('td', {}, ...type), el('td', {}, ...rich(description))));
  return el('div', { className: 'scroll' }, el('table', { ariaLabel: caption }, el('tbody', {}, ...body)));
}
function propertyRows(schema, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const inner = property.type === 'array' ? property.items ?? {} : property;
    const remark = schema.required?.includes(name) ? 'required' : '';
    const row = [prefix + name, remark, inner.properties ? [property.type] : typeOf(property), property.description];
    return [row, ...propertyRows(inner, prefix + name + (inner === property ? '.' : '[].'))];
  });
}
function curlOf(method, path, operation) {
  const content = operation.responses[200]?.content ?? {};
  const flags = method === 'head' ? ' -I' : content['text/event-stream'] ? ' -N' : content['*/*'] ? ' -s -o output.bin' : ' -s';
  const body = operation.requestBody?.content['application/json'];
  const verb = method === 'post' && !body ? ' -X POST' : '';
  const lines = ['curl' + flags + verb + ' ' + location.origin + path.replace(/\{(\w+)\}/g, (_, name) => '$' + name.toUpperCase())];
  if (!operation.security) lines.push('-H "Authorization: Bearer $COMFYGATE_KEY"');
  if (body) lines.push("-H 'Content-Type: application/json'", "-d '" + JSON.stringify(body.example) + "'");
  return lines.join(' \\\n  ');
}
function answersOf(operation) {
  const rows = Object.entries(operation.responses).map(([status, { description, content, headers }]) => [
    status, '', Object.entries(content ?? {}).flatMap(([type, { schema }]) => (schema.$ref ? [linkTo(schema.$ref)] : [type])),
    [description, ...Object.keys(headers ?? {}).map((name) => '\x60' + name + '\x60')].join(' · ')]);
  return table('Answers', rows);
}
function operationCard(method, path, operation) {
  const parts = [el('h3', {}, el('span', { className: 'method ' + method }, method.toUpperCase()), el('span', { className: 'path' }, path)),
    el('p', {}, el('strong', {}, operation.summary + '. '), ...rich(operation.description))];
  if (operation.parameters?.length) parts.push(el('h4', {}, 'Parameters'), table('Parameters', operation.parameters.map((parameter) => [
    parameter.name, parameter.in + (parameter.required ? ', required' : ''), typeOf(parameter.schema), parameter.description])));
  const body = operation.requestBody?.content['application/json'];
  if (body) parts.push(el('h4', {}, 'Body'), el('p', {}, ...typeOf(body.schema)));
  const events = Object.entries(operation['x-sse-events'] ?? {});
  if (events.length) parts.push(el('h4', {}, 'Events'), table('Events', events.map(([name, { schema }]) => [name, '', [linkTo(schema)], ''])));
  parts.push(el('h4', {}, 'Try it'), copyable(curlOf(method, path, operation)),
    el('details', {}, el('summary', {}, 'Answers: ' + Object.keys(operation.responses).join(', ')), answersOf(operation)));
  return el('section', { className: 'card', id: 'op-' + operation.operationId, ariaLabel: method.toUpperCase() + ' ' + path }, ...parts);
}
function schemaCard(name, schema) {
  const rows = propertyRows(schema, '');
  return el('section', { className: 'card', id: 'schema-' + name, ariaLabel: name }, el('h3', {}, name), el('p', { className: 'muted' }, ...rich(schema.description)),
    rows.length ? table('Members of ' + name, rows) : el('p', {}, ...typeOf(schema)));
}
function render(api) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })));
  const main = [el('h1', {}, 'API ', el('small', { className: 'muted' }, api.info.version)), el('p', { className: 'lead' }, api.info.description),
    el('p', { className: 'lead' }, 'Where the gateway has keys, send yours as ', el('code', {}, 'Authorization: Bearer …'), '. ', 'Machine-readable: ', el('a', { href: '/openapi.json' }, '/openapi.json'), '.')];
  const contents = [];
  for (const { name, description } of api.tags) {
    const members = operations.filter(({ operation }) => operation.tags[0] === name);
    main.push(el('h2', { className: 'group' }, name), el('p', { className: 'muted' }, description), ...members.map(({ method, path, operation }) => operationCard(method, path, operation)));
    contents.push(el('h2', {}, name), ...members.map(({ operation }) => el('a', { href: '#op-' + operation.operationId }, operation.summary)));
  }
  const schemas = Object.entries(api.components.schemas);
  main.push(el('h2', { className: 'group' }, 'schemas'), ...schemas.map(([name, schema]) => schemaCard(name, schema)));
  contents.push(el('h2', {}, 'schemas'), ...schemas.map(([name]) => el('a', { href: '#schema-' + name }, name)));
  document.getElementById('document').replaceChildren(...main);
  document.getElementById('contents').replaceChildren(...contents);
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}
async function start() {
  const target = document.getElementById('document');
  try {
    const response = await fetch('/openapi.json');
    if (!response.ok) throw new Error('status ' + response.status);
    render(await response.json());
  } catch (error) {
    target.querySelector('[role=status]').textContent = '/openapi.json could not be read: ' + error.message;
  }
  target.ariaBusy = 'false';
}
start();
`;

// src/http/pages.ts
var VERSION = "0.1.0";
function pageRoutes() {
  const routes = new Hono3();
  const documents = /* @__PURE__ */ new Map();
  routes.get("/", (c) => page2(c, landingPage, landingCsp));
  routes.get("/docs", (c) => page2(c, docsPage, docsCsp));
  routes.get("/openapi.json", (c) => {
    const serverUrl = c.var.base;
    let text3 = documents.get(serverUrl);
    if (text3 === void 0) {
      text3 = JSON.stringify(openapiDocument({ version: VERSION, serverUrl }));
      if (documents.size >= 16) documents.clear();
      documents.set(serverUrl, text3);
    }
    return c.body(text3, 200, { "content-type": "application/json" });
  });
  return routes;
}
__name(pageRoutes, "pageRoutes");
function page2(c, make, policy) {
  const nonce = crypto.randomUUID();
  c.header("content-security-policy", policy(nonce));
  return c.html(make(nonce));
}
__name(page2, "page");

// src/app.ts
function createApp(deps) {
  const { config: config2, service, feed, assets, presenter, links, backends, now, log, polling } = deps;
  const app = new Hono3();
  const withKey = authenticate(config2.apiKeys, links);
  const withKeyOrLink = authenticate(config2.apiKeys, links, { link: true });
  app.onError((error2, c) => answerError(c, error2, log));
  app.use(everyAnswer);
  app.route("/", healthRoutes(backends, now));
  app.use(checkOrigin(config2, log));
  if (config2.corsOrigins.length > 0) app.use(crossOrigin(config2.corsOrigins));
  app.route("/", apiHealthRoute(backends));
  app.route("/", pageRoutes());
  app.use("/api/v2/jobs/:id/events", withKeyOrLink);
  app.use("/api/v2/events", withKey);
  app.route("/api/v2", eventRoutes({ service, feed, presenter, log, now, ...polling && { polling } }));
  app.use("/api/v2/assets/:id/content", withKeyOrLink);
  app.route("/api/v2", assetContentRoute({ assets, presenter }));
  app.use("/api/v2/*", withKey);
  app.route(
    "/api/v2",
    jobRoutes({
      service,
      feed,
      presenter,
      maxBodyBytes: config2.maxBodyBytes,
      idempotency: config2.idempotency
    })
  );
  app.route("/api/v2", assetRoute({ assets, presenter }));
  app.notFound(createNotFound(app));
  return app;
}
__name(createApp, "createApp");
var everyAnswer = /* @__PURE__ */ __name((c, next) => {
  const id = crypto.randomUUID();
  c.set("requestId", id);
  c.header("x-request-id", id);
  c.header("x-content-type-options", "nosniff");
  c.header("referrer-policy", "no-referrer");
  c.header("x-frame-options", "DENY");
  c.header("cache-control", "no-store");
  return next();
}, "everyAnswer");
function crossOrigin(origins) {
  const any = origins.includes("*");
  const allowHeaders = [
    "authorization",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "prefer",
    "range"
  ];
  const preflight = cors({
    origin: any ? "*" : [...origins],
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders,
    exposeHeaders: EXPOSED,
    credentials: !any,
    maxAge: 600
  });
  return (c, next) => {
    if (c.req.header("origin") !== void 0)
      c.header("access-control-allow-headers", allowHeaders.join(", "));
    return preflight(c, next);
  };
}
__name(crossOrigin, "crossOrigin");
var EXPOSED = [
  "accept-ranges",
  "content-disposition",
  "content-length",
  "content-range",
  "etag",
  "idempotency-replayed",
  "preference-applied",
  "retry-after",
  "x-request-id"
];

// src/assets/outputs.ts
var FORWARDED = ["range", "if-range", "if-none-match", "if-modified-since"];
function createOutputAssets({ stores, service, clientOf }) {
  async function find(caller, id) {
    const record2 = validate_default(id) ? await stores.storage.getItem(assetKey(id)) : null;
    const jobId2 = isObject(record2) ? record2["job"] : void 0;
    const job = typeof jobId2 === "string" ? await service.get(caller, jobId2).catch(notFoundIsUndefined) : void 0;
    const output = job?.outputs.find((candidate) => candidate.id === id);
    if (!job || !output) throw new GatewayError("not_found", `There is no asset '${id.slice(0, 64)}'.`);
    return { job, output };
  }
  __name(find, "find");
  return {
    find,
    /**
     * ComfyUI's answer for the file of an output, its body unread: 200, 206, 304 or 416. Throws 404
     * `output_unavailable` if the file is gone.
     */
    async fetch(job, output, method, header2, signal) {
      const client = clientOf(job);
      if (!client || !output.file) throw gone(output.id);
      const headers = { "accept-encoding": "identity" };
      for (const name of FORWARDED) {
        const value = header2(name);
        if (value !== void 0) headers[name] = value;
      }
      const limit = new AbortController();
      const abort = /* @__PURE__ */ __name(() => limit.abort(signal.reason), "abort");
      signal.addEventListener("abort", abort);
      const response = await client.view(output.file, { method, headers, signal: limit.signal }).finally(() => signal.removeEventListener("abort", abort));
      if ([200, 206, 304, 416].includes(response.status)) return response;
      await response.discard();
      if (response.status === 404) throw gone(output.id);
      throw new GatewayError(
        "upstream_error",
        `${job.backend} answered ${response.status} for the file of this output.`
      );
    }
  };
}
__name(createOutputAssets, "createOutputAssets");
function gone(id) {
  return new GatewayError(
    "output_unavailable",
    `The file of asset '${id}' is no longer at ComfyUI: it was deleted there, or was a preview of before its restart. Asking again will not help; run the job again with a changed input (such as the seed).`
  );
}
__name(gone, "gone");

// src/comfyui/poll.ts
var POLL_MS = { min: 250, max: 2e3 };
function createPollWatcher(sink, pollMs) {
  let delay = pollMs.min;
  let timer;
  let timerDelay = 0;
  let looking = false;
  let closed = false;
  function schedule() {
    clearTimeout(timer);
    timer = void 0;
    timerDelay = delay;
    if (!closed && !looking && sink.active()) timer = startTimer(() => void look(), delay);
  }
  __name(schedule, "schedule");
  async function look() {
    timer = void 0;
    looking = true;
    const changed = await sink.reconcile();
    looking = false;
    delay = changed ? pollMs.min : Math.min(delay * 1.5, pollMs.max);
    schedule();
  }
  __name(look, "look");
  return {
    wake() {
      delay = pollMs.min;
      if (timer === void 0 || timerDelay > delay) schedule();
    },
    renew() {
    },
    async close() {
      closed = true;
      clearTimeout(timer);
    }
  };
}
__name(createPollWatcher, "createPollWatcher");

// src/comfyui/frames.ts
function parseTextFrame(text3) {
  let message;
  try {
    message = parsePython(text3);
  } catch {
    return null;
  }
  if (!isObject(message) || !isObject(message["data"])) return null;
  const data = message["data"];
  const promptId = string3(data["prompt_id"]);
  switch (message["type"]) {
    case "status": {
      const info = isObject(data["status"]) ? data["status"]["exec_info"] : void 0;
      const remaining = isObject(info) ? info["queue_remaining"] : void 0;
      return typeof remaining === "number" ? { type: "status", queueRemaining: remaining } : null;
    }
    case "execution_start":
      return promptId === void 0 ? null : { type: "execution_start", promptId, at: number3(data["timestamp"]) };
    case "execution_cached":
      return promptId === void 0 ? null : { type: "execution_cached", promptId, nodes: strings(data["nodes"]) };
    case "executing":
      return { type: "executing", promptId, node: string3(data["node"]) ?? null };
    case "progress":
      return {
        type: "progress",
        promptId,
        node: string3(data["node"]),
        value: number3(data["value"]) ?? 0,
        max: number3(data["max"]) ?? 1
      };
    case "progress_state":
      return promptId === void 0 ? null : { type: "progress_state", promptId, nodes: nodeStates(data["nodes"]) };
    case "executed": {
      const node2 = string3(data["node"]);
      if (promptId === void 0 || node2 === void 0 || !isObject(data["output"])) return null;
      return {
        type: "executed",
        promptId,
        node: node2,
        displayNode: string3(data["display_node"]) ?? node2,
        output: data["output"]
      };
    }
    case "execution_success":
    case "execution_error":
    case "execution_interrupted":
      return promptId === void 0 ? null : { type: "execution_end", promptId };
    default:
      return null;
  }
}
__name(parseTextFrame, "parseTextFrame");
function parseBinaryFrame(bytes) {
  if (bytes.byteLength < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const second = view.getUint32(4);
  switch (view.getUint32(0)) {
    case 1:
      return {
        type: "preview",
        promptId: void 0,
        node: void 0,
        contentType: second === 2 ? "image/png" : "image/jpeg",
        image: bytes.subarray(8)
      };
    case 3: {
      if (8 + second > bytes.byteLength) return null;
      return {
        type: "text",
        node: utf8.decode(bytes.subarray(8, 8 + second)),
        text: utf8.decode(bytes.subarray(8 + second))
      };
    }
    case 4: {
      if (8 + second > bytes.byteLength) return null;
      const metadata2 = object2(utf8.decode(bytes.subarray(8, 8 + second)));
      if (metadata2 === null) return null;
      return {
        type: "preview",
        promptId: string3(metadata2["prompt_id"]),
        node: string3(metadata2["display_node_id"]) ?? string3(metadata2["node_id"]),
        contentType: string3(metadata2["image_type"]) ?? "image/jpeg",
        image: bytes.subarray(8 + second)
      };
    }
    default:
      return null;
  }
}
__name(parseBinaryFrame, "parseBinaryFrame");
var utf8 = new TextDecoder();
function object2(text3) {
  try {
    const value = parsePython(text3);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
__name(object2, "object");
function string3(value) {
  return typeof value === "string" ? value : void 0;
}
__name(string3, "string");
function number3(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : void 0;
}
__name(number3, "number");
function strings(value) {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
__name(strings, "strings");
function nodeStates(value) {
  const nodes = /* @__PURE__ */ new Map();
  if (!isObject(value)) return nodes;
  for (const [id, node2] of Object.entries(value)) {
    if (!isObject(node2)) continue;
    const state = node2["state"];
    if (state !== "pending" && state !== "running" && state !== "finished" && state !== "error") continue;
    nodes.set(id, { state, value: number3(node2["value"]) ?? 0, max: number3(node2["max"]) ?? 1 });
  }
  return nodes;
}
__name(nodeStates, "nodeStates");

// src/comfyui/socket.ts
var SOCKET_MS = {
  /** First and longest pause before connecting again. */
  retryMin: 250,
  retryMax: 1e4,
  /** A handshake or a close that takes longer is given up. */
  open: 1e4,
  close: 2e3,
  /** Silence of a socket while a job runs that makes it deaf; doubles up to the second while that finds nothing. */
  deaf: 5e3,
  deafMax: 6e4,
  /** Between two looks by HTTP while the socket works and jobs are active. */
  look: 5e3
};
function createSocketWatcher(options) {
  const { url: url2, headers, connect, sink, now, pollMs, waitMs } = options;
  let closed = false;
  let live = false;
  let lastFrameAt = 0;
  let lastLookAt = 0;
  let deafAfter = waitMs.deaf;
  let retry = waitMs.retryMin;
  let retryTimer;
  let hangUp;
  const poll = createPollWatcher(
    { reconcile: /* @__PURE__ */ __name(() => sink.reconcile(), "reconcile"), active: /* @__PURE__ */ __name(() => !live && sink.active(), "active") },
    pollMs
  );
  const watchdog = setInterval(() => void check2(), Math.min(1e3, waitMs.deaf / 2));
  watchdog.unref?.();
  open3();
  function open3() {
    let socket;
    try {
      socket = connect(url2, headers);
    } catch {
      connectLater();
      return;
    }
    socket.binaryType = "arraybuffer";
    let over = false;
    let ended = /* @__PURE__ */ __name(() => void 0, "ended");
    const end = new Promise((resolve) => ended = resolve);
    const openTimer = startTimer(() => finish(), waitMs.open);
    function finish() {
      if (over) return;
      over = true;
      live = false;
      hangUp = void 0;
      clearTimeout(openTimer);
      ended();
      socket.close();
      poll.wake();
      connectLater();
    }
    __name(finish, "finish");
    hangUp = /* @__PURE__ */ __name(async (code) => {
      const timer = startTimer(finish, waitMs.close);
      socket.close(code);
      await end;
      clearTimeout(timer);
    }, "hangUp");
    socket.addEventListener("open", () => {
      if (over) return;
      clearTimeout(openTimer);
      socket.send(JSON.stringify({ type: "feature_flags", data: { supports_preview_metadata: true } }));
      live = true;
      lastFrameAt = lastLookAt = now();
      sink.connected();
      void sink.reconcile();
    });
    socket.addEventListener("message", ({ data }) => {
      if (over) return;
      lastFrameAt = now();
      retry = waitMs.retryMin;
      const frame = typeof data === "string" ? parseTextFrame(data) : data instanceof ArrayBuffer ? parseBinaryFrame(new Uint8Array(data)) : null;
      if (frame === null) return;
      if (frame.type !== "status") deafAfter = waitMs.deaf;
      sink.frame(frame);
    });
    socket.addEventListener("close", finish);
    socket.addEventListener("error", finish);
  }
  __name(open3, "open");
  function connectLater() {
    if (closed) return;
    clearTimeout(retryTimer);
    retryTimer = startTimer(open3, retry * (0.75 + Math.random() / 2));
    retry = Math.min(retry * 2, waitMs.retryMax);
  }
  __name(connectLater, "connectLater");
  async function check2() {
    if (closed || !live || !sink.active()) return;
    if (now() - lastLookAt >= waitMs.look) {
      lastLookAt = now();
      await sink.reconcile();
    }
    if (now() - lastFrameAt < deafAfter || !sink.running()) return;
    const silentSince = lastFrameAt;
    await sink.reconcile();
    if (!live || lastFrameAt !== silentSince || !sink.running()) return;
    deafAfter = Math.min(deafAfter * 2, waitMs.deafMax);
    retry = waitMs.retryMin;
    await hangUp?.(1e3);
  }
  __name(check2, "check");
  return {
    wake() {
      poll.wake();
      if (live || closed || hangUp) return;
      retry = waitMs.retryMin;
      clearTimeout(retryTimer);
      open3();
    },
    renew() {
      retry = waitMs.retryMin;
      void hangUp?.(1e3);
    },
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(watchdog);
      clearTimeout(retryTimer);
      await poll.close();
      await hangUp?.(1e3);
    }
  };
}
__name(createSocketWatcher, "createSocketWatcher");

// src/jobs/cluster.ts
var LEAD_MS = { lease: 5e3, renew: 1500, rescan: 1e4 };
function createCluster(deps) {
  const { stores, feed, service, backends, instance, onLead, report, now, waitMs } = deps;
  const { lease, pubsub } = stores;
  const led = /* @__PURE__ */ new Map();
  let timer;
  let turn = Promise.resolve();
  let closed = false;
  let unsubscribe = /* @__PURE__ */ __name(() => void 0, "unsubscribe");
  function send(message) {
    void pubsub?.publish(JSON.stringify({ from: instance, ...message })).catch((error2) => report(error2, "publish"));
  }
  __name(send, "send");
  function receive(text3) {
    const parsed = JSON.parse(text3);
    if (!isObject(parsed) || parsed["from"] === instance) return;
    const message = parsed;
    switch (message.type) {
      case "job":
        return service.hear(message.job);
      case "rested":
        for (const [{ key, tracker }] of led) if (key === message.backend) tracker.reconnect();
        return;
      default:
        feed.receive(message);
    }
  }
  __name(receive, "receive");
  async function lead(backend) {
    const before = led.get(backend);
    const askedAt = now();
    let holder;
    try {
      holder = pubsub ? await lease.acquire(leaderKey(backend.key), instance, waitMs.lease) : instance;
    } catch (error2) {
      report(error2, "lead");
      if (!before || now() < before.heldAt + waitMs.lease) return;
    }
    if (holder !== instance) {
      if (!before) return;
      led.delete(backend);
      await backend.tracker.rest();
      send({ type: "rested", backend: backend.key });
      return;
    }
    const scan = !before || now() > before.scannedAt + waitMs.rescan;
    led.set(backend, { heldAt: askedAt, scannedAt: scan ? now() : before.scannedAt });
    if (!scan) return;
    const jobs = await service.liveOn(backend);
    if (closed) return;
    if (before) for (const job of jobs) backend.tracker.add(job, false);
    else {
      backend.tracker.lead(jobs);
      onLead(backend);
    }
  }
  __name(lead, "lead");
  async function leadAll() {
    await Promise.all(
      backends.map((backend) => lead(backend).catch((error2) => report(error2, "lead")))
    );
    if (pubsub && !closed) timer = startTimer(() => turn = leadAll(), waitMs.renew);
  }
  __name(leadAll, "leadAll");
  return {
    /** Listens to the others, and becomes the leader of what nobody leads. */
    async start() {
      if (pubsub) {
        unsubscribe = pubsub.subscribe(receive);
        feed.relay(send);
      }
      turn = leadAll();
      await turn;
    },
    /** Gives the leases back, so that others take over at once. Trackers are closed by whoever made them. */
    async close() {
      closed = true;
      clearTimeout(timer);
      await turn;
      unsubscribe();
      if (!pubsub) return;
      for (const backend of led.keys())
        await lease.release(leaderKey(backend.key), instance).catch(() => void 0);
    }
  };
}
__name(createCluster, "createCluster");

// src/jobs/reaper.ts
function createReaper({ store, stores, service, config: config2, instance, now, log }) {
  const { jobMaxAgeMs, maxJobs, cleanupIntervalMs } = config2;
  let timer;
  async function sweep(query, due, spare = 0) {
    let removed = 0;
    for await (const job of store.each(query)) {
      if (spare-- > 0 || !isTerminal(job.status) || !due(job)) continue;
      await service.remove(job.id);
      removed++;
    }
    return removed;
  }
  __name(sweep, "sweep");
  async function releaseIdempotencyKeys() {
    for (const key of await stores.storage.getKeys("idempotency")) {
      const held = await stores.storage.getItem(key);
      if (held && held.until < now()) await stores.lease.release(key, held.holder);
    }
  }
  __name(releaseIdempotencyKeys, "releaseIdempotencyKeys");
  async function run() {
    const holder = await stores.lease.acquire(REAPER_KEY, instance, cleanupIntervalMs * 0.9);
    if (holder !== instance) return;
    const old = { before: now() - jobMaxAgeMs };
    let removed = await sweep(old, (job) => expiresAt(job, jobMaxAgeMs) <= now());
    if (maxJobs !== void 0 && await store.count({}) > maxJobs)
      removed += await sweep({}, () => true, maxJobs);
    if (stores.singleWriter) await releaseIdempotencyKeys();
    if (removed > 0) log("info", "jobs_removed", { jobs: removed });
  }
  __name(run, "run");
  function schedule() {
    timer = startTimer(async () => {
      try {
        await run();
      } catch (error2) {
        log("warn", "background_failed", { stage: "cleanup", error: causes(error2) });
      }
      if (timer !== void 0) schedule();
    }, cleanupIntervalMs);
  }
  __name(schedule, "schedule");
  return {
    run,
    start: schedule,
    stop() {
      clearTimeout(timer);
      timer = void 0;
    }
  };
}
__name(createReaper, "createReaper");

// src/jobs/store.ts
var MAX_TRIES = 100;
var EACH = 200;
var REMEMBERED = 2e3;
function createJobStore(stores, { maxAgeMs, shared: shared2 }) {
  const { storage, jobs: index, singleWriter, swap, recordOptions } = stores;
  const remembered = /* @__PURE__ */ new Map();
  const turns = /* @__PURE__ */ new Map();
  const lagging = recordOptions !== void 0;
  function remember(job) {
    if (!singleWriter && !lagging) return;
    remembered.delete(job.id);
    remembered.set(job.id, job);
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value);
  }
  __name(remember, "remember");
  function inTurn(id, work) {
    if (!shared2) return work();
    const mine = (turns.get(id) ?? Promise.resolve()).then(work, work);
    turns.set(id, mine);
    const leave = /* @__PURE__ */ __name(() => {
      if (turns.get(id) === mine) turns.delete(id);
    }, "leave");
    mine.then(leave, leave);
    return mine;
  }
  __name(inTurn, "inTurn");
  async function get(id) {
    const known = remembered.get(id);
    if (known && !lagging) return known;
    const value = await storage.getItem(jobKey(id));
    if (!isObject(value) || value["v"] !== 1) return known;
    const job = value;
    if (known && known.seq >= job.seq) return known;
    remember(job);
    return job;
  }
  __name(get, "get");
  function indexEntry(job) {
    const { id, owner, workflow, session } = job;
    return {
      id,
      owner,
      status: shownStatus(job.status),
      ...workflow !== void 0 && { workflow },
      ...session !== void 0 && { session }
    };
  }
  __name(indexEntry, "indexEntry");
  function optionsFor(job) {
    return recordOptions?.(indexEntry(job), isTerminal(job.status) ? maxAgeMs : void 0);
  }
  __name(optionsFor, "optionsFor");
  function worthWriting(before, after) {
    return !lagging || after.seq !== before.seq || after.facts.stop !== before.facts.stop;
  }
  __name(worthWriting, "worthWriting");
  return {
    get,
    /** Writes a new record with its graph. An existing record is left as it is and returned. */
    create: /* @__PURE__ */ __name((job, graphText) => inTurn(job.id, async () => {
      const existing = await get(job.id);
      if (existing) return existing;
      if (swap) {
        await storage.setItem(graphKey(job.id), { text: graphText });
        if (!await swap(jobKey(job.id), null, job)) return await get(job.id) ?? job;
        remember(job);
        return job;
      }
      const options = optionsFor(job);
      const graphOptions = options && {
        ttl: Math.ceil((job.queueTimeoutMs + job.timeoutMs + maxAgeMs) / 1e3)
      };
      await storage.setItems([
        { key: jobKey(job.id), value: job, ...options && { options } },
        {
          key: graphKey(job.id),
          value: { text: graphText },
          ...graphOptions && { options: graphOptions }
        }
      ]);
      await index.put(indexEntry(job));
      remember(job);
      return job;
    }), "create"),
    /**
     * Replaces a record by `change` of it. Undefined if there is none; nothing is written if nothing changed. Where
     * others write too, `change` may be called again on what they wrote.
     */
    update: /* @__PURE__ */ __name((id, change) => inTurn(id, async () => {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const before = await get(id);
        if (!before) return void 0;
        const after = change(before);
        if (after === before) return { before, after };
        if (swap) {
          if (!await swap(jobKey(id), before, after)) continue;
        } else if (worthWriting(before, after))
          await storage.setItem(jobKey(id), after, optionsFor(after));
        if (after.status !== before.status) await index.put(indexEntry(after));
        remember(after);
        return { before, after };
      }
      throw new Error(`job ${id} could not be written: it was changed ${MAX_TRIES} times meanwhile`);
    }), "update"),
    remove: /* @__PURE__ */ __name((id) => inTurn(id, async () => {
      remembered.delete(id);
      await storage.removeItem(jobKey(id));
      await storage.removeItem(graphKey(id));
      await index.remove(id);
    }), "remove"),
    /** The submitted graph as text, every digit kept. */
    async graph(id) {
      const value = await storage.getItem(graphKey(id));
      return isObject(value) && typeof value["text"] === "string" ? value["text"] : void 0;
    },
    /** Jobs newest first, from `cursor` of an earlier page on; null if that is no cursor. */
    async page(query, limit, cursor) {
      const page3 = await index.page(query, limit, cursor);
      if (!page3) return null;
      const jobs = await Promise.all(page3.ids.map((id) => get(id)));
      return { jobs: jobs.filter((job) => job !== void 0), next: page3.next };
    },
    /** All jobs that match, page by page. */
    async *each(query) {
      for (let cursor; ; ) {
        const page3 = await index.page(query, EACH, cursor);
        for (const id of page3?.ids ?? []) {
          const job = await get(id);
          if (job) yield job;
        }
        if (!page3?.next) return;
        cursor = page3.next;
      }
    },
    count: /* @__PURE__ */ __name((query) => index.count(query), "count")
  };
}
__name(createJobStore, "createJobStore");

// src/comfyui/queue-view.ts
var BELIEVE_MS = 5e3;
function createQueueView(client, now) {
  let hasJobsApi;
  let remaining;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    /** Pending and running prompts of everybody, as last heard; undefined if never. */
    get remaining() {
      return remaining;
    },
    /** Takes the count of a `status` frame. The next `read` is full if it differs. */
    heard(count) {
      if (count !== remaining) readAt = Number.NEGATIVE_INFINITY;
      remaining = count;
    },
    /** The other side may be another version, or a restarted one. */
    reset() {
      hasJobsApi = void 0;
      readAt = Number.NEGATIVE_INFINITY;
    },
    /** The queue, or null if nothing speaks for a change. `force` reads it in any case. */
    async read(force) {
      if (hasJobsApi !== false) {
        const items = await activeJobs();
        hasJobsApi = items !== null;
        if (items) return done(items);
      }
      if (!force && now() - readAt < BELIEVE_MS && await client.queueRemaining() === remaining) return null;
      return done(await client.queue());
    },
    /** Whether the version has `/api/jobs`, with its atomic cancel. */
    get hasJobsApi() {
      return hasJobsApi === true;
    }
  };
  async function activeJobs() {
    try {
      return await client.activeJobs();
    } catch (error2) {
      if (error2 instanceof ComfyError && error2.fate === "answered") return null;
      throw error2;
    }
  }
  __name(activeJobs, "activeJobs");
  function done(items) {
    remaining = items.length;
    readAt = now();
    return items;
  }
  __name(done, "done");
}
__name(createQueueView, "createQueueView");

// src/jobs/inspector.ts
var TRACK_MS = {
  /** How often deadlines and stops are looked after. */
  tick: 250,
  /** A submission whose answer is unknown may still arrive for so long after it was given up. */
  settle: 15e3,
  /** Between the two looks that find nothing of a job before it counts as lost. */
  absent: 1e3,
  /** Between two looks at the queue that `status` frames ask for. */
  look: 1e3,
  /** First and longest pause before a stop is sent again. */
  stopMin: 1e3,
  stopMax: 1e4,
  /** How long a stop may take before a deadline counts as passed, where ComfyUI answers and where it does not. */
  overdue: 5e3,
  overdueUnreachable: 6e4,
  /** How long an inferred end waits for history to correct it, from the look that found nothing any more. */
  late: 6e4,
  /** Between two writes of progress. */
  save: 1e3
};
function createEntry(job, posting, waitMs) {
  return {
    job,
    posting,
    knownAt: 0,
    absentSince: void 0,
    stopSentAt: void 0,
    nextStopAt: 0,
    stopDelay: waitMs.stopMin,
    goneAt: void 0,
    chain: Promise.resolve(),
    progress: void 0,
    savedAt: 0
  };
}
__name(createEntry, "createEntry");
function createInspector({ client, learn, feed, report, now, waitMs }) {
  const view = createQueueView(client, now);
  let reachable;
  async function each(entries, work) {
    for (let i = 0; i < entries.length; i += 8) {
      const group = entries.slice(i, i + 8);
      await Promise.all(
        group.map((entry) => work(entry).catch((error2) => report(error2, "look", entry.job.id)))
      );
    }
  }
  __name(each, "each");
  async function finish(entry) {
    const result = await client.history(entry.job.id);
    if (!result) return false;
    const evidence = await toEvidence(result, entry.job, client, now);
    await learn(
      entry.job.id,
      entry.progress ? { ...evidence, progress: entry.progress.snapshot() } : evidence
    );
    return true;
  }
  __name(finish, "finish");
  async function readQueue(force) {
    try {
      const items = await view.read(force);
      reachable = true;
      return items;
    } catch (error2) {
      reachable = false;
      throw error2;
    }
  }
  __name(readQueue, "readQueue");
  async function sight(entries, items, readAt) {
    const positions = new Map(items.map(({ promptId, position }) => [promptId, position]));
    const known = entries.filter((entry) => !entry.posting && entry.knownAt <= readAt);
    await each(known, (entry) => {
      const position = positions.get(entry.job.id);
      return position === void 0 ? sightMissing(entry) : sightQueued(entry, position);
    });
  }
  __name(sight, "sight");
  async function sightQueued(entry, position) {
    const { id, facts } = entry.job;
    entry.absentSince = void 0;
    entry.goneAt = void 0;
    if (position > 0) {
      if (!facts.accepted) await learn(id, { type: "accepted" });
      feed.position(id, position);
    } else if (facts.startedAt === void 0) await learn(id, { type: "started", at: now(), seenAt: now() });
  }
  __name(sightQueued, "sightQueued");
  async function sightMissing(entry) {
    if (await finish(entry)) return;
    const { id, facts, createdAt, status } = entry.job;
    if (isTerminal(status)) {
      entry.goneAt ??= now();
      return;
    }
    if (!facts.accepted && now() < Math.max(createdAt, entry.knownAt) + waitMs.settle) return;
    if (facts.stop && facts.accepted && entry.stopSentAt !== void 0) {
      await learn(id, { type: "stopped", at: now() });
      return;
    }
    entry.absentSince ??= now();
    if (now() - entry.absentSince < waitMs.absent) return;
    await learn(id, facts.stop ? { type: "stopped", at: now() } : { type: "absent", at: now() });
  }
  __name(sightMissing, "sightMissing");
  function overdueBy({
    facts,
    createdAt,
    queueTimeoutMs,
    timeoutMs
  }) {
    if (facts.runSeenAt !== void 0) return now() > facts.runSeenAt + timeoutMs ? "timeout" : void 0;
    return now() > createdAt + queueTimeoutMs ? "queue_timeout" : void 0;
  }
  __name(overdueBy, "overdueBy");
  async function stop(entry) {
    const { id } = entry.job;
    entry.nextStopAt = now() + entry.stopDelay;
    entry.stopDelay = Math.min(entry.stopDelay * 2, waitMs.stopMax);
    let looked = false;
    try {
      if (view.hasJobsApi) await client.cancelJob(id);
      else {
        await client.deleteFromQueue(id);
        await client.interrupt(id);
      }
      const readAt = now();
      entry.stopSentAt ??= readAt;
      await sight([entry], await readQueue(true) ?? [], readAt);
      looked = true;
    } catch (error2) {
      report(error2, "stop", id);
    }
    const { facts, status } = entry.job;
    if (isTerminal(status) || !facts.stop) return;
    const due = looked ? overdueBy(entry.job) && waitMs.overdue : waitMs.overdueUnreachable;
    if (due && now() > facts.stop.at + due) await learn(id, { type: "overdue", at: now() });
  }
  __name(stop, "stop");
  return {
    view,
    finish,
    readQueue,
    sight,
    stop,
    each,
    /** Whether the last look got an answer; undefined before the first. */
    get reachable() {
      return reachable;
    },
    /** Whether only the whole queue can tell what is open about a job. */
    needsWholeQueue({ job, posting, absentSince }) {
      const { facts, status } = job;
      return !posting && (!facts.accepted || facts.stop !== void 0 || absentSince !== void 0 || isTerminal(status));
    },
    /** Looks after a job's deadlines and its stop. Returns whether there is nothing left to do for it. */
    async attend(entry) {
      const { job } = entry;
      if (entry.posting) return false;
      const over = isTerminal(job.status);
      if (over && job.facts.ended) return true;
      if (over && entry.goneAt !== void 0 && now() > entry.goneAt + waitMs.late) return true;
      const reason = over ? void 0 : overdueBy(job);
      if (reason && !job.facts.stop) await learn(job.id, { type: "stop", reason, at: now() });
      if (entry.job.facts.stop && entry.goneAt === void 0 && now() >= entry.nextStopAt) await stop(entry);
      return false;
    },
    /** Whether ComfyUI has a prompt, wherever it is. Throws if it cannot be asked. */
    async knows(id) {
      const items = await readQueue(true);
      return items?.some((item) => item.promptId === id) || await client.history(id) !== void 0;
    }
  };
}
__name(createInspector, "createInspector");

// src/jobs/tracker.ts
function createTracker(deps) {
  const { client, learn, feed, report, now, waitMs } = deps;
  const entries = /* @__PURE__ */ new Map();
  const inspector = createInspector(deps);
  const { view } = inspector;
  let current;
  let force = false;
  let looking;
  let lookTimer;
  let ticker;
  let watcher;
  const attended = /* @__PURE__ */ new Set();
  const sink = {
    frame: onFrame,
    reconcile,
    connected() {
      view.reset();
      force = true;
      current = void 0;
    },
    active: /* @__PURE__ */ __name(() => entries.size > 0, "active"),
    running: /* @__PURE__ */ __name(() => inspector.reachable === true && running().length > 0, "running")
  };
  function onFrame(frame) {
    switch (frame.type) {
      case "status":
        view.heard(frame.queueRemaining);
        lookSoon();
        return;
      case "execution_start":
        return withEntry(
          frame.promptId,
          (entry) => learn(entry.job.id, { type: "started", at: frame.at ?? now(), seenAt: now() })
        );
      case "execution_cached":
        return withProgress(frame.promptId, (progress) => progress.cached(frame.nodes));
      case "executing": {
        const id = frame.promptId ?? running()[0]?.job.id;
        const { node: node2 } = frame;
        if (id === void 0 || !entries.has(id)) return;
        if (node2 === null) {
          current = void 0;
          return withEntry(id, async (entry) => {
            if (await inspector.finish(entry)) return;
            force = true;
            lookSoon();
          });
        }
        current = { id, node: node2 };
        return withProgress(id, (progress) => progress.executing(node2));
      }
      case "progress": {
        const { node: node2 } = frame;
        const id = frame.promptId ?? current?.id;
        if (node2 !== void 0) withProgress(id, (progress) => progress.step(node2, frame.value, frame.max));
        return;
      }
      case "progress_state":
        if (!entries.has(frame.promptId)) current = void 0;
        return withProgress(frame.promptId, (progress) => progress.states(frame.nodes));
      case "executed":
        return withEntry(frame.promptId, async ({ job }) => {
          const found = toNewOutputs(job.id, frame.node, frame.displayNode, frame.output);
          const outputs = await measure(found, job, client);
          if (outputs.length > 0) await learn(job.id, { type: "outputs", outputs });
        });
      case "preview": {
        const id = frame.promptId ?? current?.id;
        const node2 = frame.node ?? current?.node;
        if (id === void 0 || node2 === void 0 || !entries.has(id)) return;
        if (frame.image.length <= MAX_PREVIEW_BYTES) {
          feed.preview(id, { node: node2, contentType: frame.contentType, image: frame.image });
        }
        return;
      }
      case "execution_end":
      case "text":
        return;
    }
  }
  __name(onFrame, "onFrame");
  function withEntry(id, work) {
    const entry = entries.get(id);
    if (!entry) return;
    entry.chain = entry.chain.then(() => work(entry)).catch((error2) => report(error2, "frame", id));
  }
  __name(withEntry, "withEntry");
  function withProgress(id, work) {
    if (id === void 0) return;
    withEntry(id, async (entry) => {
      entry.progress ??= createProgressTracker(graphNodes(await deps.graph(id)), entry.job.progress);
      const snapshot = work(entry.progress);
      if (entry.job.startedAt === void 0) await learn(id, { type: "started", at: now(), seenAt: now() });
      feed.progress(id, snapshot);
      if (entry.savedAt === 0) entry.savedAt = now();
      if (now() - entry.savedAt < waitMs.save) return;
      entry.savedAt = now();
      await learn(id, { type: "progress", progress: snapshot });
    });
  }
  __name(withProgress, "withProgress");
  function running() {
    return [...entries.values()].filter(({ job }) => job.startedAt !== void 0 && !isTerminal(job.status));
  }
  __name(running, "running");
  function lookSoon() {
    if (entries.size === 0 || !watcher) return;
    lookTimer ??= startTimer(() => {
      lookTimer = void 0;
      void reconcile();
    }, waitMs.look);
  }
  __name(lookSoon, "lookSoon");
  function reconcile() {
    looking ??= look().finally(() => looking = void 0);
    return looking;
  }
  __name(reconcile, "reconcile");
  async function look() {
    const readAt = now();
    const followed = [...entries.values()];
    const before = followed.map(({ job }) => job);
    const whole = force || followed.some(inspector.needsWholeQueue);
    force = false;
    try {
      const items = await inspector.readQueue(whole);
      if (items) await inspector.sight([...entries.values()], items, readAt);
      else await inspector.each(running(), inspector.finish);
    } catch (error2) {
      force = whole;
      report(error2, "reconcile");
    }
    return before.some((job) => entries.get(job.id)?.job !== job);
  }
  __name(look, "look");
  function tick() {
    for (const [id, entry] of entries) {
      if (attended.has(id)) continue;
      attended.add(id);
      void inspector.attend(entry).then((done) => done && entries.delete(id)).catch((error2) => report(error2, "deadline", id)).finally(() => attended.delete(id));
    }
  }
  __name(tick, "tick");
  async function rest() {
    clearInterval(ticker);
    clearTimeout(lookTimer);
    lookTimer = void 0;
    const old = watcher;
    watcher = void 0;
    for (const [id, { posting }] of entries) if (!posting) entries.delete(id);
    await old?.close();
  }
  __name(rest, "rest");
  return {
    get load() {
      return view.remaining ?? 0;
    },
    get reachable() {
      return inspector.reachable;
    },
    add(job, posting) {
      if (!entries.has(job.id) && (posting || watcher))
        entries.set(job.id, createEntry(job, posting, waitMs));
      watcher?.wake();
    },
    posted(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.posting = false;
      entry.knownAt = now();
      if (!watcher) entries.delete(id);
      watcher?.wake();
      lookSoon();
    },
    remove: /* @__PURE__ */ __name((id) => void entries.delete(id), "remove"),
    changed(job) {
      const entry = entries.get(job.id);
      if (!entry) return;
      entry.job = job;
      if (job.facts.ended) entries.delete(job.id);
    },
    async stop(job) {
      const entry = entries.get(job.id) ?? createEntry(job, false, waitMs);
      if (!entry.posting) await inspector.stop(entry);
    },
    knows: inspector.knows,
    refresh: /* @__PURE__ */ __name(async (job) => job, "refresh"),
    lead(jobs) {
      if (watcher) return;
      force = true;
      ticker = setInterval(tick, waitMs.tick);
      ticker.unref?.();
      watcher = deps.watch(sink);
      for (const job of jobs) this.add(job, false);
    },
    reconnect: /* @__PURE__ */ __name(() => watcher?.renew(), "reconnect"),
    rest,
    async close() {
      const chains = [...entries.values()].map(({ chain }) => chain);
      await rest();
      await Promise.all([...chains, looking]);
    }
  };
}
__name(createTracker, "createTracker");
var MAX_PREVIEW_BYTES = 4 * 1024 * 1024;

// src/jobs/visitor.ts
var VISIT_MS = {
  /** How long a reading of the queue serves everybody. */
  fresh: 500,
  /** How long the one who reads is given before another may. */
  claim: 3e3
};
var REMEMBERED2 = 1e3;
function createVisitor(deps) {
  const { report, now, waitMs } = deps;
  const inspector = createInspector(deps);
  const entries = /* @__PURE__ */ new Map();
  let shared2 = { items: [], at: Number.NEGATIVE_INFINITY };
  let claimedUntil = 0;
  function entryOf(job) {
    const entry = entries.get(job.id) ?? createEntry(job, false, waitMs);
    if (job.seq >= entry.job.seq) entry.job = job;
    entries.delete(job.id);
    entries.set(job.id, entry);
    if (entries.size > REMEMBERED2) entries.delete(entries.keys().next().value);
    return entry;
  }
  __name(entryOf, "entryOf");
  async function readShared(since) {
    if (shared2.at >= since && now() - shared2.at < VISIT_MS.fresh) return shared2;
    if (now() < claimedUntil) return void 0;
    claimedUntil = now() + VISIT_MS.claim;
    try {
      const at = now();
      const items = await inspector.readQueue(true);
      shared2 = { items: items ?? [], at };
      return shared2;
    } finally {
      claimedUntil = 0;
    }
  }
  __name(readShared, "readShared");
  return {
    get load() {
      return inspector.view.remaining ?? 0;
    },
    get reachable() {
      return inspector.reachable;
    },
    add(job, posting) {
      entryOf(job).posting = posting;
    },
    posted(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.posting = false;
      entry.knownAt = now();
    },
    remove: /* @__PURE__ */ __name((id) => void entries.delete(id), "remove"),
    changed(job) {
      const entry = entries.get(job.id);
      if (entry) entry.job = job;
    },
    async stop(job) {
      await inspector.stop(entryOf(job));
    },
    knows: inspector.knows,
    async refresh(job) {
      if (isTerminal(job.status) && !isInferred(job)) return job;
      const entry = entryOf(job);
      if (entry.posting) return entry.job;
      try {
        const queue = await readShared(entry.knownAt);
        if (queue) await inspector.sight([entry], queue.items, queue.at);
        await inspector.attend(entry);
      } catch (error2) {
        report(error2, "reconcile", job.id);
      }
      return entry.job;
    },
    lead() {
    },
    reconnect() {
    },
    rest: /* @__PURE__ */ __name(async () => void 0, "rest"),
    close: /* @__PURE__ */ __name(async () => void 0, "close")
  };
}
__name(createVisitor, "createVisitor");

// src/gateway.ts
function createGateway(config2, ports) {
  const { stores, now, log, newId, resident, waitMs = {} } = ports;
  const pollMs = { ...POLL_MS, ...waitMs.poll };
  const feed = createFeed(now);
  const report = /* @__PURE__ */ __name((error2, stage, jobId2) => log("warn", "background_failed", { stage, job_id: jobId2, error: causes(error2) }), "report");
  const instance = newId();
  const store = createJobStore(stores, { maxAgeMs: config2.jobMaxAgeMs, shared: resident });
  const service = createJobService({
    store,
    stores,
    feed,
    settings: config2,
    newId,
    now,
    report,
    resident
  });
  const links = createLinks(config2, now);
  const presenter = createPresenter(links, config2.jobMaxAgeMs, now);
  const reaper = createReaper({ store, stores, service, config: config2, instance, now, log });
  let cluster;
  let backends = [];
  let calls = 0;
  const countedFetch = /* @__PURE__ */ __name((url2, init) => {
    calls++;
    return ports.fetch(url2, init);
  }, "countedFetch");
  const assets = createOutputAssets({
    stores,
    service,
    clientOf: /* @__PURE__ */ __name((job) => backendOf(backends, job)?.client, "clientOf")
  });
  const app = createApp({
    config: config2,
    service,
    feed,
    assets,
    presenter,
    links,
    backends: /* @__PURE__ */ __name(() => backends, "backends"),
    now,
    log,
    ...!resident && { polling: { calls: /* @__PURE__ */ __name(() => calls, "calls"), maxCalls: config2.maxSubrequests } }
  });
  let started;
  let ready = false;
  let closed = false;
  async function begin() {
    backends = await Promise.all(config2.backends.map((address) => openBackend(address)));
    await service.connect(backends);
    ready = true;
    if (!resident) return;
    cluster = createCluster({
      stores,
      feed,
      service,
      backends,
      instance,
      onLead: /* @__PURE__ */ __name((backend) => void rebuild(backend, 1e3), "onLead"),
      report,
      now,
      waitMs: { ...LEAD_MS, ...waitMs.lead }
    });
    await cluster.start();
    reaper.start();
  }
  __name(begin, "begin");
  async function openBackend(address) {
    const { name } = address;
    const key = bytesToHex(sha256(utf8ToBytes(address.url))).slice(0, 16);
    const client = createComfyClient(address, countedFetch, now, { ...TIMEOUT_MS, ...waitMs.http });
    const clientId = config2.clientId ?? (resident ? await stores.lease.acquire(clientKey(key), newId(), FOREVER_MS) : `comfygate-${key}`);
    const inspecting = {
      client,
      learn: service.learn,
      feed,
      // A ComfyUI that is away fails every look; that it is away is logged once.
      report: /* @__PURE__ */ __name((error2, stage, jobId2) => stage === "reconcile" ? noteAway(name, error2) : report(error2, stage, jobId2), "report"),
      now,
      waitMs: { ...TRACK_MS, ...waitMs.track }
    };
    const watching = { watch: /* @__PURE__ */ __name((sink) => watch2(address, clientId, sink), "watch"), graph: store.graph };
    const tracker = resident ? createTracker({ ...inspecting, ...watching }) : createVisitor(inspecting);
    return { name, key, client, tracker, clientId };
  }
  __name(openBackend, "openBackend");
  const away = /* @__PURE__ */ new Map();
  function noteAway(name, error2) {
    if (now() - (away.get(name) ?? 0) < AWAY_MS) return;
    away.set(name, now());
    log("warn", "backend_unreachable", { backend: name, error: causes(error2) });
  }
  __name(noteAway, "noteAway");
  function watch2({ url: url2, headers }, clientId, sink) {
    const connect = config2.transport === "poll" ? void 0 : ports.connectSocket;
    if (!connect) return createPollWatcher(sink, pollMs);
    const socketUrl = `${url2.replace(/^http/, "ws")}/ws?clientId=${encodeURIComponent(clientId)}`;
    return createSocketWatcher({
      url: socketUrl,
      headers,
      connect,
      sink,
      now,
      pollMs,
      waitMs: { ...SOCKET_MS, ...waitMs.socket }
    });
  }
  __name(watch2, "watch");
  async function rebuild(backend, delayMs) {
    try {
      if (closed || await stores.storage.hasItem(rebuiltKey(backend.key))) return;
      const jobs = await service.rebuildAll(backend);
      if (jobs > 0) log("info", "jobs_rebuilt", { backend: backend.name, jobs });
      await stores.storage.setItem(rebuiltKey(backend.key), { at: now() });
    } catch (error2) {
      log("debug", "background_failed", { backend: backend.name, stage: "rebuild", error: causes(error2) });
      if (!closed) startTimer(() => void rebuild(backend, Math.min(delayMs * 2, 3e4)), delayMs);
    }
  }
  __name(rebuild, "rebuild");
  function start() {
    if (!resident) return begin();
    started ??= begin().catch((error2) => {
      started = void 0;
      throw error2;
    });
    return started;
  }
  __name(start, "start");
  async function startThen(request) {
    try {
      await start();
    } catch (error2) {
      report(error2, "start");
    }
    return app.fetch(request);
  }
  __name(startThen, "startThen");
  return {
    start,
    fetch: /* @__PURE__ */ __name((request) => ready ? app.fetch(request) : startThen(request), "fetch"),
    async scheduled() {
      await start();
      await service.visitAll();
    },
    endStreams: feed.close,
    async close() {
      if (closed) return;
      closed = true;
      feed.close();
      reaper.stop();
      await cluster?.close();
      await Promise.all(backends.map(({ tracker }) => tracker.close()));
      await stores.close();
    }
  };
}
__name(createGateway, "createGateway");
var AWAY_MS = 6e4;
var FOREVER_MS = 100 * 365 * 24 * 60 * 60 * 1e3;

// src/config.ts
var ConfigError = class extends Error {
  static {
    __name(this, "ConfigError");
  }
  faults;
  constructor(faults) {
    super(`comfygate cannot start with these settings:
${faults.map((fault2) => `  - ${fault2}`).join("\n")}`);
    this.name = "ConfigError";
    this.faults = faults;
  }
};
function parseConfig(env, file) {
  const faults = [];
  const given = { ...readFile(file, faults), ...definedOf(env) };
  function read(names, parse5) {
    const name = names.split(" ").find((candidate) => given[candidate] !== void 0);
    if (name === void 0) return void 0;
    const label = name in FILE_TYPES ? `config.json: ${name}` : name;
    return parse5(given[name] ?? "", (fault2) => void faults.push(`${label}: ${fault2}`), name);
  }
  __name(read, "read");
  const host = read("HOST", parseHost) ?? "127.0.0.1";
  const apiKeys = read("API_KEYS", parseApiKeys) ?? [];
  const allowAnonymous = read("ALLOW_ANONYMOUS", parseBoolean) ?? isLoopbackHost(host);
  if (given.API_KEYS === void 0 && !allowAnonymous)
    faults.push(
      `HOST: "${host}" with no API_KEYS and without ALLOW_ANONYMOUS=true can serve nobody safely; set either API_KEYS=alice:a-long-random-secret to ask for a key, or ALLOW_ANONYMOUS=true to serve all who can reach it`
    );
  const publicUrl = read("PUBLIC_URL", parsePublicUrl);
  const signingSecret = read("SIGNING_SECRET", parseSigningSecret);
  const maxJobs = read("MAX_JOBS jobs.max_jobs", parseCount(1e3));
  const clientId = read("comfyui.client_id", (text3) => text3);
  const headers = read("COMFYUI_HEADERS", parseHeaders);
  const backends = read("COMFYUI_URL COMFYUI_ADDRESS comfyui.address", parseBackends) ?? DEFAULT_BACKENDS;
  const config2 = {
    backends: backends.map((backend, i) => ({
      name: `comfyui-${i + 1}`,
      url: backend.url,
      headers: { ...headers, ...backend.headers }
    })),
    transport: read("COMFYUI_TRANSPORT", parseOption(TRANSPORTS)) ?? "auto",
    host,
    port: read("PORT", parseInteger(0, 65535, 8080)) ?? 8080,
    storage: read("STORAGE_URL", parseStorage) ?? { kind: "file", dir: "./.comfygate" },
    workflowDir: read("WORKFLOW_DIR COMFY_MCP_WORKFLOW_DIR", (text3) => text3) ?? "./workflows",
    apiKeys,
    allowAnonymous: allowAnonymous && apiKeys.length === 0,
    ...publicUrl !== void 0 && { publicUrl },
    trustProxy: read("TRUST_PROXY", parseBoolean) ?? false,
    ...signingSecret !== void 0 && { signingSecret },
    corsOrigins: read("CORS_ORIGINS", parseOrigins) ?? [],
    allowedHosts: [
      ...read("ALLOWED_HOSTS", parseHosts) ?? defaultHosts(host),
      ...publicUrl === void 0 ? [] : [new URL(publicUrl).host]
    ],
    maxBodyBytes: read("MAX_BODY_BYTES", parseCount(10485760)) ?? 10 * 1024 * 1024,
    jobTimeoutMs: read("JOB_TIMEOUT_MS", parseCount(6e5)) ?? 6e5,
    jobQueueTimeoutMs: read("JOB_QUEUE_TIMEOUT_MS", parseCount(DAY_MS)) ?? DAY_MS,
    jobMaxAgeMs: read("JOB_MAX_AGE_MS jobs.max_job_age", parseCount(DAY_MS)) ?? DAY_MS,
    ...maxJobs !== void 0 && { maxJobs },
    cleanupIntervalMs: read("CLEANUP_INTERVAL_MS jobs.cleanup_interval", parseInteger(1, MAX_TIMER_MS, HOUR_MS)) ?? HOUR_MS,
    maxQueueDepth: read("MAX_QUEUE_DEPTH", parseCount(1e3)) ?? 1e3,
    maxSubrequests: read("MAX_SUBREQUESTS", parseInteger(20, 1e4, 40)) ?? 40,
    idempotency: read("IDEMPOTENCY", parseOption(IDEMPOTENCY)) ?? "reject",
    logLevel: read("LOG_LEVEL", parseOption(LOG_LEVELS)) ?? "info",
    ...clientId !== void 0 && { clientId }
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config2;
}
__name(parseConfig, "parseConfig");
function isLoopbackHost(host) {
  return /^(localhost|\[?::1\]?|127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})$/i.test(host);
}
__name(isLoopbackHost, "isLoopbackHost");
var TRANSPORTS = ["auto", "socket", "poll"];
var IDEMPOTENCY = ["reject", "replay"];
var LOG_LEVELS = ["debug", "info", "warn", "error", "silent"];
var DEFAULT_BACKENDS = [{ url: "http://127.0.0.1:8188", headers: {} }];
var HOUR_MS = 36e5;
var DAY_MS = 24 * HOUR_MS;
var MAX_TIMER_MS = 2 ** 31 - 1;
var MIN_KEY_LENGTH = 8;
var MIN_SIGNING_LENGTH = 16;
var HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
var HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
var HOST_NAME = /^(\[[\da-f:.]*:[\da-f:.]*\]|[a-z\d_]([a-z\d._-]*[a-z\d])?)$/i;
var FILE_TYPES = {
  "comfyui.address": "string",
  "comfyui.client_id": "string",
  "jobs.max_job_age": "number",
  "jobs.max_jobs": "number",
  "jobs.cleanup_interval": "number"
};
function parser(convert, wrong, example) {
  return (text3, fail, name) => convert(text3) ?? fail(`"${masked(text3)}" is ${wrong}; give for example ${name}=${example}`);
}
__name(parser, "parser");
var parseCount = /* @__PURE__ */ __name((example) => parseInteger(1, Number.MAX_SAFE_INTEGER, example), "parseCount");
function parseInteger(min, max, example) {
  const accept = /* @__PURE__ */ __name((text3) => /^\d+$/.test(text3) && Number(text3) >= min && Number(text3) <= max, "accept");
  const wrong = `not a whole number from ${min} to ${max}`;
  return parser((text3) => accept(text3) ? Number(text3) : void 0, wrong, String(example));
}
__name(parseInteger, "parseInteger");
function parseOption(options) {
  const wrong = `none of ${options.join(", ")}`;
  return parser((text3) => options.find((option) => option === text3), wrong, options[0]);
}
__name(parseOption, "parseOption");
var parseBoolean = parser(
  (text3) => /^(true|1|false|0)$/.test(text3) ? text3 === "true" || text3 === "1" : void 0,
  "neither true (or 1) nor false (or 0)",
  "true"
);
var parseHost = parser(
  (text3) => {
    const host = text3.replace(/^\[(.*)\]$/, "$1");
    return HOST_NAME.test(bracketed(host)) ? host : void 0;
  },
  "not a host name or address (the port goes in PORT)",
  "0.0.0.0"
);
var parsePublicUrl = parser(
  (text3) => /^https?:/i.test(text3) ? originOf(text3) : void 0,
  "not an http or https origin without a path",
  "https://comfy.example.org"
);
var parseOrigins = starOr(
  parseList(
    parser(originOf, "not an origin (scheme://host:port, no path) nor * alone", "https://app.example.org")
  )
);
var parseHosts = starOr(
  parseList(
    parser(
      (text3) => {
        const [, host = "", port = "0"] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text3) ?? [];
        return HOST_NAME.test(host) && Number(port) <= 65535 ? text3.toLowerCase() : void 0;
      },
      "not a host or host:port nor * alone",
      "comfy.example.org"
    )
  )
);
var parseStorage = parser(
  (text3) => {
    const [, scheme, rest = ""] = /^([a-z]+):(.*)$/.exec(text3) ?? [];
    if (scheme === "memory" && /^(\/\/)?$/.test(rest)) return { kind: "memory" };
    if (scheme === "file" && /^(?!\/\/[^/])./.test(rest))
      return { kind: "file", dir: rest.replace(/^\/\/+/, "/") };
    if ((scheme === "redis" || scheme === "rediss") && URL.parse(text3)?.hostname)
      return { kind: "redis", url: text3 };
    if (scheme === "kv" && /^[A-Za-z_$][\w$]*$/.test(rest)) return { kind: "kv", binding: rest };
    return void 0;
  },
  "none of memory:, file:DIR, redis://HOST:PORT (or rediss:) and kv:BINDING",
  "file:./.comfygate"
);
var parseBackends = parseList(
  parser(
    (text3) => {
      const url2 = URL.parse(text3);
      if (url2 === null || !/^https?:$/.test(url2.protocol) || /[?#]/.test(text3)) return void 0;
      const base = url2.origin + url2.pathname.replace(/\/+$/, "");
      if (url2.username === "" && url2.password === "") return { url: base, headers: {} };
      const credentials = bytesOf(`${url2.username}:${url2.password}`);
      return { url: base, headers: { authorization: `Basic ${btoa(credentials)}` } };
    },
    "not an http or https base URL (no query, no fragment)",
    "http://127.0.0.1:8188"
  ),
  (backend) => backend.url
);
var parseHeaders = /* @__PURE__ */ __name((text3, fail, name) => {
  const right = `give an object of strings, for example ${name}={"X-Access-Token":"\u2026"}`;
  let value;
  try {
    value = JSON.parse(text3);
  } catch {
  }
  if (!isObject3(value)) return fail(`its text (not shown) is not a JSON object; ${right}`);
  const headers = {};
  for (const [header2, content2] of Object.entries(value)) {
    if (HEADER_NAME.test(header2) && typeof content2 === "string" && HEADER_VALUE.test(content2))
      headers[header2.toLowerCase()] = content2;
    else fail(`${JSON.stringify(header2)} is not a header name with a one-line string as its value; ${right}`);
  }
  return headers;
}, "parseHeaders");
var parseApiKeys = parseList(
  (item, fail, name) => {
    const example = `give for example ${name}=alice:a-long-random-secret`;
    const [, keyName, secret = ""] = /^([\w.-]{1,64}):(.*)$/.exec(item) ?? [];
    if (keyName === void 0)
      return fail(
        `a key (not shown) does not begin with 1 to 64 of A-Z a-z 0-9 . _ - and a colon; ${example}`
      );
    if (secret.length < MIN_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(secret))
      return fail(
        `the secret of "${keyName}" (not shown, ${secret.length} long) needs at least ${MIN_KEY_LENGTH} ASCII characters, no spaces; ${example}`
      );
    return { name: keyName, secret };
  },
  (key) => key.secret
);
var parseSigningSecret = /* @__PURE__ */ __name((text3, fail) => text3.length >= MIN_SIGNING_LENGTH ? text3 : fail(
  `${text3.length} characters are too few; give at least ${MIN_SIGNING_LENGTH}: openssl rand -hex 32`
), "parseSigningSecret");
function parseList(parse5, identity = String) {
  return (text3, fail, name) => {
    const items = /* @__PURE__ */ new Map();
    for (const [i, part] of text3.split(",").entries()) {
      const place3 = /* @__PURE__ */ __name((fault2) => fail(`item ${i + 1}: ${fault2}`), "place");
      const item = part.trim() === "" ? place3("is empty; remove a comma") : parse5(part.trim(), place3, name);
      if (item === void 0) continue;
      if (items.has(identity(item))) place3("repeats an earlier one; give each only once");
      items.set(identity(item), item);
    }
    return [...items.values()];
  };
}
__name(parseList, "parseList");
function starOr(parse5) {
  return (text3, fail, name) => text3 === "*" ? ["*"] : parse5(text3, fail, name);
}
__name(starOr, "starOr");
function readFile(file, faults) {
  const texts = {};
  if (file !== void 0 && !isObject3(file))
    faults.push('config.json: it is not a JSON object; give {"comfyui": {\u2026}}');
  const root = isObject3(file) ? file : {};
  for (const section of ["comfyui", "jobs"])
    if (root[section] !== void 0 && !isObject3(root[section]))
      faults.push(`config.json: ${section} is not an object; give {"${section}": {\u2026}} or leave it out`);
  for (const [key, type] of Object.entries(FILE_TYPES)) {
    const [section = "", member = ""] = key.split(".");
    const value = isObject3(root[section]) ? root[section][member] : void 0;
    if (typeof value === type) texts[key] = String(value);
    else if (value !== void 0)
      faults.push(
        `config.json: ${key}: ${JSON.stringify(value).slice(0, 100)} is not a ${type}; give a ${type}`
      );
  }
  return texts;
}
__name(readFile, "readFile");
function definedOf(env) {
  const texts = {};
  for (const [name, text3] of Object.entries(env)) if (text3?.trim()) texts[name] = text3.trim();
  return texts;
}
__name(definedOf, "definedOf");
function defaultHosts(host) {
  const own3 = isLoopbackHost(host) || host === "0.0.0.0" || host === "::" ? [] : [bracketed(host).toLowerCase()];
  return ["localhost", "127.0.0.1", "[::1]", ...own3];
}
__name(defaultHosts, "defaultHosts");
var bracketed = /* @__PURE__ */ __name((host) => host.includes(":") ? `[${host}]` : host, "bracketed");
function originOf(text3) {
  const url2 = /^[a-z][a-z\d+.-]*:\/\/[^/?#@\\\s]+\/?$/i.test(text3) ? URL.parse(text3) : null;
  return url2 === null ? void 0 : `${url2.protocol}//${url2.host}`;
}
__name(originOf, "originOf");
function bytesOf(encoded) {
  return encoded.replace(
    /%([\da-f]{2})/gi,
    (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))
  );
}
__name(bytesOf, "bytesOf");
function masked(text3) {
  return text3.replace(/^([a-z][a-z\d+.-]*:\/*)?.*@/i, "$1***@").replace(/\?.*$/, "?\u2026").slice(0, 200);
}
__name(masked, "masked");
function isObject3(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
__name(isObject3, "isObject");

// node_modules/destr/dist/index.mjs
var suspectProtoRx = /"(?:_|\\u0{2}5[Ff]){2}(?:p|\\u0{2}70)(?:r|\\u0{2}72)(?:o|\\u0{2}6[Ff])(?:t|\\u0{2}74)(?:o|\\u0{2}6[Ff])(?:_|\\u0{2}5[Ff]){2}"\s*:/;
var suspectConstructorRx = /"(?:c|\\u0063)(?:o|\\u006[Ff])(?:n|\\u006[Ee])(?:s|\\u0073)(?:t|\\u0074)(?:r|\\u0072)(?:u|\\u0075)(?:c|\\u0063)(?:t|\\u0074)(?:o|\\u006[Ff])(?:r|\\u0072)"\s*:/;
var JsonSigRx = /^\s*["[{]|^\s*-?\d{1,16}(\.\d{1,17})?([Ee][+-]?\d+)?\s*$/;
function jsonParseTransform(key, value) {
  if (key === "__proto__" || key === "constructor" && value && typeof value === "object" && "prototype" in value) {
    warnKeyDropped(key);
    return;
  }
  return value;
}
__name(jsonParseTransform, "jsonParseTransform");
function warnKeyDropped(key) {
  console.warn(`[destr] Dropping "${key}" key to prevent prototype pollution.`);
}
__name(warnKeyDropped, "warnKeyDropped");
function destr(value, options = {}) {
  if (typeof value !== "string") {
    return value;
  }
  if (value[0] === '"' && value[value.length - 1] === '"' && value.indexOf("\\") === -1) {
    return value.slice(1, -1);
  }
  const _value = value.trim();
  if (_value.length <= 9) {
    switch (_value.toLowerCase()) {
      case "true": {
        return true;
      }
      case "false": {
        return false;
      }
      case "undefined": {
        return void 0;
      }
      case "null": {
        return null;
      }
      case "nan": {
        return Number.NaN;
      }
      case "infinity": {
        return Number.POSITIVE_INFINITY;
      }
      case "-infinity": {
        return Number.NEGATIVE_INFINITY;
      }
    }
  }
  if (!JsonSigRx.test(value)) {
    if (options.strict) {
      throw new SyntaxError("[destr] Invalid JSON");
    }
    return value;
  }
  try {
    if (suspectProtoRx.test(value) || suspectConstructorRx.test(value)) {
      if (options.strict) {
        throw new Error("[destr] Possible prototype pollution");
      }
      return JSON.parse(value, jsonParseTransform);
    }
    return JSON.parse(value);
  } catch (error2) {
    if (options.strict) {
      throw error2;
    }
    return value;
  }
}
__name(destr, "destr");

// node_modules/unstorage/dist/shared/unstorage.lWbgcyKt.mjs
function wrapToPromise(value) {
  if (!value || typeof value.then !== "function") {
    return Promise.resolve(value);
  }
  return value;
}
__name(wrapToPromise, "wrapToPromise");
function asyncCall(function_, ...arguments_) {
  try {
    return wrapToPromise(function_(...arguments_));
  } catch (error2) {
    return Promise.reject(error2);
  }
}
__name(asyncCall, "asyncCall");
function isPrimitive(value) {
  const type = typeof value;
  return value === null || type !== "object" && type !== "function";
}
__name(isPrimitive, "isPrimitive");
function isPureObject(value) {
  const proto = Object.getPrototypeOf(value);
  return !proto || proto.isPrototypeOf(Object);
}
__name(isPureObject, "isPureObject");
function stringify(value) {
  if (isPrimitive(value)) {
    return String(value);
  }
  if (isPureObject(value) || Array.isArray(value)) {
    return JSON.stringify(value);
  }
  if (typeof value.toJSON === "function") {
    return stringify(value.toJSON());
  }
  throw new Error("[unstorage] Cannot stringify value!");
}
__name(stringify, "stringify");
var BASE64_PREFIX = "base64:";
function serializeRaw(value) {
  if (typeof value === "string") {
    return value;
  }
  return BASE64_PREFIX + base64Encode(value);
}
__name(serializeRaw, "serializeRaw");
function deserializeRaw(value) {
  if (typeof value !== "string") {
    return value;
  }
  if (!value.startsWith(BASE64_PREFIX)) {
    return value;
  }
  return base64Decode(value.slice(BASE64_PREFIX.length));
}
__name(deserializeRaw, "deserializeRaw");
function base64Decode(input) {
  if (globalThis.Buffer) {
    return Buffer.from(input, "base64");
  }
  return Uint8Array.from(
    globalThis.atob(input),
    (c) => c.codePointAt(0)
  );
}
__name(base64Decode, "base64Decode");
function base64Encode(input) {
  if (globalThis.Buffer) {
    return Buffer.from(input).toString("base64");
  }
  return globalThis.btoa(String.fromCodePoint(...input));
}
__name(base64Encode, "base64Encode");
function normalizeKey(key) {
  if (!key) {
    return "";
  }
  return key.split("?")[0]?.replace(/[/\\]/g, ":").replace(/:+/g, ":").replace(/^:|:$/g, "") || "";
}
__name(normalizeKey, "normalizeKey");
function hasDotSegment(key) {
  return key.split(":").some((segment) => segment === "." || segment === "..");
}
__name(hasDotSegment, "hasDotSegment");
function joinKeys(...keys) {
  return normalizeKey(keys.join(":"));
}
__name(joinKeys, "joinKeys");
function normalizeBaseKey(base) {
  base = normalizeKey(base);
  return base ? base + ":" : "";
}
__name(normalizeBaseKey, "normalizeBaseKey");
function filterKeyByDepth(key, depth) {
  if (depth === void 0) {
    return true;
  }
  let substrCount = 0;
  let index = key.indexOf(":");
  while (index > -1) {
    substrCount++;
    index = key.indexOf(":", index + 1);
  }
  return substrCount <= depth;
}
__name(filterKeyByDepth, "filterKeyByDepth");
function filterKeyByBase(key, base) {
  if (base) {
    return key.startsWith(base) && key[key.length - 1] !== "$";
  }
  return key[key.length - 1] !== "$";
}
__name(filterKeyByBase, "filterKeyByBase");

// node_modules/unstorage/dist/index.mjs
function defineDriver(factory) {
  return factory;
}
__name(defineDriver, "defineDriver");
var DRIVER_NAME = "memory";
var memory = defineDriver(() => {
  const data = /* @__PURE__ */ new Map();
  return {
    name: DRIVER_NAME,
    getInstance: /* @__PURE__ */ __name(() => data, "getInstance"),
    hasItem(key) {
      return data.has(key);
    },
    getItem(key) {
      return data.get(key) ?? null;
    },
    getItemRaw(key) {
      return data.get(key) ?? null;
    },
    setItem(key, value) {
      data.set(key, value);
    },
    setItemRaw(key, value) {
      data.set(key, value);
    },
    removeItem(key) {
      data.delete(key);
    },
    getKeys() {
      return [...data.keys()];
    },
    clear() {
      data.clear();
    },
    dispose() {
      data.clear();
    }
  };
});
function createStorage(options = {}) {
  const context = {
    mounts: { "": options.driver || memory() },
    mountpoints: [""],
    watching: false,
    watchListeners: [],
    unwatch: {}
  };
  const normalizeItemKey = /* @__PURE__ */ __name((key) => {
    const normalizedKey = normalizeKey(key);
    if (!normalizedKey || hasDotSegment(normalizedKey)) {
      throw new Error(`[unstorage] Invalid key: ${JSON.stringify(key)}`);
    }
    return normalizedKey;
  }, "normalizeItemKey");
  const normalizeBase = /* @__PURE__ */ __name((base) => {
    const normalizedBase = normalizeBaseKey(base);
    if (hasDotSegment(normalizedBase)) {
      throw new Error(`[unstorage] Invalid base: ${JSON.stringify(base)}`);
    }
    return normalizedBase;
  }, "normalizeBase");
  const getMount = /* @__PURE__ */ __name((key) => {
    for (const base of context.mountpoints) {
      if (key.startsWith(base)) {
        return {
          base,
          relativeKey: key.slice(base.length),
          driver: context.mounts[base]
        };
      }
    }
    return {
      base: "",
      relativeKey: key,
      driver: context.mounts[""]
    };
  }, "getMount");
  const getMounts = /* @__PURE__ */ __name((base, includeParent) => {
    return context.mountpoints.filter(
      (mountpoint) => mountpoint.startsWith(base) || includeParent && base.startsWith(mountpoint)
    ).map((mountpoint) => ({
      relativeBase: base.length > mountpoint.length ? base.slice(mountpoint.length) : void 0,
      mountpoint,
      driver: context.mounts[mountpoint]
    }));
  }, "getMounts");
  const onChange = /* @__PURE__ */ __name((event, key) => {
    if (!context.watching) {
      return;
    }
    key = normalizeKey(key);
    for (const listener of context.watchListeners) {
      listener(event, key);
    }
  }, "onChange");
  const startWatch = /* @__PURE__ */ __name(async () => {
    if (context.watching) {
      return;
    }
    context.watching = true;
    for (const mountpoint in context.mounts) {
      context.unwatch[mountpoint] = await watch(
        context.mounts[mountpoint],
        onChange,
        mountpoint
      );
    }
  }, "startWatch");
  const stopWatch = /* @__PURE__ */ __name(async () => {
    if (!context.watching) {
      return;
    }
    for (const mountpoint in context.unwatch) {
      await context.unwatch[mountpoint]();
    }
    context.unwatch = {};
    context.watching = false;
  }, "stopWatch");
  const runBatch = /* @__PURE__ */ __name((items, commonOptions, cb) => {
    const batches = /* @__PURE__ */ new Map();
    const getBatch = /* @__PURE__ */ __name((mount) => {
      let batch = batches.get(mount.base);
      if (!batch) {
        batch = {
          driver: mount.driver,
          base: mount.base,
          items: []
        };
        batches.set(mount.base, batch);
      }
      return batch;
    }, "getBatch");
    for (const item of items) {
      const isStringItem = typeof item === "string";
      const key = normalizeItemKey(isStringItem ? item : item.key);
      const value = isStringItem ? void 0 : item.value;
      const options2 = isStringItem || !item.options ? commonOptions : { ...commonOptions, ...item.options };
      const mount = getMount(key);
      getBatch(mount).items.push({
        key,
        value,
        relativeKey: mount.relativeKey,
        options: options2
      });
    }
    return Promise.all([...batches.values()].map((batch) => cb(batch))).then(
      (r) => r.flat()
    );
  }, "runBatch");
  const storage = {
    // Item
    async hasItem(key, opts = {}) {
      key = normalizeItemKey(key);
      const { relativeKey, driver } = getMount(key);
      return asyncCall(driver.hasItem, relativeKey, opts);
    },
    async getItem(key, opts = {}) {
      key = normalizeItemKey(key);
      const { relativeKey, driver } = getMount(key);
      return asyncCall(driver.getItem, relativeKey, opts).then(
        (value) => destr(value)
      );
    },
    async getItems(items, commonOptions = {}) {
      return runBatch(items, commonOptions, (batch) => {
        if (batch.driver.getItems) {
          return asyncCall(
            batch.driver.getItems,
            batch.items.map((item) => ({
              key: item.relativeKey,
              options: item.options
            })),
            commonOptions
          ).then(
            (r) => r.map((item) => ({
              key: joinKeys(batch.base, item.key),
              value: destr(item.value)
            }))
          );
        }
        return Promise.all(
          batch.items.map((item) => {
            return asyncCall(
              batch.driver.getItem,
              item.relativeKey,
              item.options
            ).then((value) => ({
              key: item.key,
              value: destr(value)
            }));
          })
        );
      });
    },
    async getItemRaw(key, opts = {}) {
      key = normalizeItemKey(key);
      const { relativeKey, driver } = getMount(key);
      if (driver.getItemRaw) {
        return asyncCall(driver.getItemRaw, relativeKey, opts);
      }
      return asyncCall(driver.getItem, relativeKey, opts).then(
        (value) => deserializeRaw(value)
      );
    },
    async setItem(key, value, opts = {}) {
      if (value === void 0) {
        return storage.removeItem(key);
      }
      key = normalizeItemKey(key);
      const { relativeKey, driver } = getMount(key);
      if (!driver.setItem) {
        return;
      }
      await asyncCall(driver.setItem, relativeKey, stringify(value), opts);
      if (!driver.watch) {
        onChange("update", key);
      }
    },
    async setItems(items, commonOptions) {
      await runBatch(items, commonOptions, async (batch) => {
        if (batch.driver.setItems) {
          return asyncCall(
            batch.driver.setItems,
            batch.items.map((item) => ({
              key: item.relativeKey,
              value: stringify(item.value),
              options: item.options
            })),
            commonOptions
          );
        }
        if (!batch.driver.setItem) {
          return;
        }
        await Promise.all(
          batch.items.map((item) => {
            return asyncCall(
              batch.driver.setItem,
              item.relativeKey,
              stringify(item.value),
              item.options
            );
          })
        );
      });
    },
    async setItemRaw(key, value, opts = {}) {
      if (value === void 0) {
        return storage.removeItem(key, opts);
      }
      key = normalizeItemKey(key);
      const { relativeKey, driver } = getMount(key);
      if (driver.setItemRaw) {
        await asyncCall(driver.setItemRaw, relativeKey, value, opts);
      } else if (driver.setItem) {
        await asyncCall(driver.setItem, relativeKey, serializeRaw(value), opts);
      } else {
        return;
      }
      if (!driver.watch) {
        onChange("update", key);
      }
    },
    async removeItem(key, opts = {}) {
      if (typeof opts === "boolean") {
        opts = { removeMeta: opts };
      }
      key = normalizeItemKey(key);
      const { relativeKey, driver } = getMount(key);
      if (!driver.removeItem) {
        return;
      }
      await asyncCall(driver.removeItem, relativeKey, opts);
      if (opts.removeMeta || opts.removeMata) {
        await asyncCall(driver.removeItem, relativeKey + "$", opts);
      }
      if (!driver.watch) {
        onChange("remove", key);
      }
    },
    // Meta
    async getMeta(key, opts = {}) {
      if (typeof opts === "boolean") {
        opts = { nativeOnly: opts };
      }
      key = normalizeItemKey(key);
      const { relativeKey, driver } = getMount(key);
      const meta2 = /* @__PURE__ */ Object.create(null);
      if (driver.getMeta) {
        Object.assign(meta2, await asyncCall(driver.getMeta, relativeKey, opts));
      }
      if (!opts.nativeOnly) {
        const value = await asyncCall(
          driver.getItem,
          relativeKey + "$",
          opts
        ).then((value_) => destr(value_));
        if (value && typeof value === "object") {
          if (typeof value.atime === "string") {
            value.atime = new Date(value.atime);
          }
          if (typeof value.mtime === "string") {
            value.mtime = new Date(value.mtime);
          }
          Object.assign(meta2, value);
        }
      }
      return meta2;
    },
    async setMeta(key, value, opts = {}) {
      return this.setItem(normalizeItemKey(key) + "$", value, opts);
    },
    async removeMeta(key, opts = {}) {
      return this.removeItem(normalizeItemKey(key) + "$", opts);
    },
    // Keys
    async getKeys(base, opts = {}) {
      base = normalizeBase(base);
      const mounts = getMounts(base, true);
      let maskedMounts = [];
      const allKeys = [];
      let allMountsSupportMaxDepth = true;
      for (const mount of mounts) {
        if (!mount.driver.flags?.maxDepth) {
          allMountsSupportMaxDepth = false;
        }
        const rawKeys = await asyncCall(
          mount.driver.getKeys,
          mount.relativeBase,
          opts
        );
        for (const key of rawKeys) {
          const fullKey = mount.mountpoint + normalizeKey(key);
          if (!maskedMounts.some((p) => fullKey.startsWith(p))) {
            allKeys.push(fullKey);
          }
        }
        maskedMounts = [
          mount.mountpoint,
          ...maskedMounts.filter((p) => !p.startsWith(mount.mountpoint))
        ];
      }
      const shouldFilterByDepth = opts.maxDepth !== void 0 && !allMountsSupportMaxDepth;
      return allKeys.filter(
        (key) => (!shouldFilterByDepth || filterKeyByDepth(key, opts.maxDepth)) && filterKeyByBase(key, base)
      );
    },
    // Utils
    async clear(base, opts = {}) {
      base = normalizeBase(base);
      await Promise.all(
        getMounts(base, false).map(async (m) => {
          if (m.driver.clear) {
            return asyncCall(m.driver.clear, m.relativeBase, opts);
          }
          if (m.driver.removeItem) {
            const keys = await m.driver.getKeys(m.relativeBase || "", opts);
            return Promise.all(
              keys.map((key) => m.driver.removeItem(key, opts))
            );
          }
        })
      );
    },
    async dispose() {
      await Promise.all(
        Object.values(context.mounts).map((driver) => dispose(driver))
      );
    },
    async watch(callback) {
      await startWatch();
      context.watchListeners.push(callback);
      return async () => {
        context.watchListeners = context.watchListeners.filter(
          (listener) => listener !== callback
        );
        if (context.watchListeners.length === 0) {
          await stopWatch();
        }
      };
    },
    async unwatch() {
      context.watchListeners = [];
      await stopWatch();
    },
    // Mount
    mount(base, driver) {
      base = normalizeBase(base);
      if (base && context.mounts[base]) {
        throw new Error(`already mounted at ${base}`);
      }
      if (base) {
        context.mountpoints.push(base);
        context.mountpoints.sort((a, b) => b.length - a.length);
      }
      context.mounts[base] = driver;
      if (context.watching) {
        Promise.resolve(watch(driver, onChange, base)).then((unwatcher) => {
          context.unwatch[base] = unwatcher;
        }).catch(console.error);
      }
      return storage;
    },
    async unmount(base, _dispose = true) {
      base = normalizeBaseKey(base);
      if (!base || !context.mounts[base]) {
        return;
      }
      if (context.watching && base in context.unwatch) {
        context.unwatch[base]?.();
        delete context.unwatch[base];
      }
      if (_dispose) {
        await dispose(context.mounts[base]);
      }
      context.mountpoints = context.mountpoints.filter((key) => key !== base);
      delete context.mounts[base];
    },
    getMount(key = "") {
      key = normalizeKey(key) + ":";
      const m = getMount(key);
      return {
        driver: m.driver,
        base: m.base
      };
    },
    getMounts(base = "", opts = {}) {
      base = normalizeKey(base);
      const mounts = getMounts(base, opts.parents);
      return mounts.map((m) => ({
        driver: m.driver,
        base: m.mountpoint
      }));
    },
    // Aliases
    keys: /* @__PURE__ */ __name((base, opts = {}) => storage.getKeys(base, opts), "keys"),
    get: /* @__PURE__ */ __name((key, opts = {}) => storage.getItem(key, opts), "get"),
    set: /* @__PURE__ */ __name((key, value, opts = {}) => storage.setItem(key, value, opts), "set"),
    has: /* @__PURE__ */ __name((key, opts = {}) => storage.hasItem(key, opts), "has"),
    del: /* @__PURE__ */ __name((key, opts = {}) => storage.removeItem(key, opts), "del"),
    remove: /* @__PURE__ */ __name((key, opts = {}) => storage.removeItem(key, opts), "remove")
  };
  return storage;
}
__name(createStorage, "createStorage");
function watch(driver, onChange, base) {
  return driver.watch ? driver.watch((event, key) => onChange(event, base + key)) : () => {
  };
}
__name(watch, "watch");
async function dispose(driver) {
  if (typeof driver.dispose === "function") {
    await asyncCall(driver.dispose);
  }
}
__name(dispose, "dispose");

// node_modules/unstorage/drivers/utils/index.mjs
function defineDriver2(factory) {
  return factory;
}
__name(defineDriver2, "defineDriver");
function normalizeKey2(key, sep = ":") {
  if (!key) {
    return "";
  }
  return key.replace(/[:/\\]/g, sep).replace(/^[:/\\]|[:/\\]$/g, "");
}
__name(normalizeKey2, "normalizeKey");
function joinKeys2(...keys) {
  return keys.map((key) => normalizeKey2(key)).filter(Boolean).join(":");
}
__name(joinKeys2, "joinKeys");
function createError(driver, message, opts) {
  const err = new Error(`[unstorage] [${driver}] ${message}`, opts);
  if (Error.captureStackTrace) {
    Error.captureStackTrace(err, createError);
  }
  return err;
}
__name(createError, "createError");

// node_modules/unstorage/drivers/utils/cloudflare.mjs
function getBinding(binding) {
  let bindingName = "[binding]";
  if (typeof binding === "string") {
    bindingName = binding;
    binding = globalThis[bindingName] || globalThis.__env__?.[bindingName];
  }
  if (!binding) {
    throw createError(
      "cloudflare",
      `Invalid binding \`${bindingName}\`: \`${binding}\``
    );
  }
  for (const key of ["get", "put", "delete"]) {
    if (!(key in binding)) {
      throw createError(
        "cloudflare",
        `Invalid binding \`${bindingName}\`: \`${key}\` key is missing`
      );
    }
  }
  return binding;
}
__name(getBinding, "getBinding");
function getKVBinding(binding = "STORAGE") {
  return getBinding(binding);
}
__name(getKVBinding, "getKVBinding");

// node_modules/unstorage/drivers/cloudflare-kv-binding.mjs
var DRIVER_NAME2 = "cloudflare-kv-binding";
var cloudflare_kv_binding_default = defineDriver2((opts) => {
  const r = /* @__PURE__ */ __name((key = "") => opts.base ? joinKeys2(opts.base, key) : key, "r");
  async function getKeys(base = "") {
    const prefix = joinKeys2(opts.base || "", base);
    const binding = getKVBinding(opts.binding);
    const keys = [];
    let cursor = void 0;
    do {
      const kvList = await binding.list({
        prefix: prefix ? `${prefix}:` : void 0,
        cursor
      });
      keys.push(...kvList.keys);
      cursor = kvList.list_complete ? void 0 : kvList.cursor;
    } while (cursor);
    return keys.map((key) => key.name);
  }
  __name(getKeys, "getKeys");
  return {
    name: DRIVER_NAME2,
    options: opts,
    getInstance: /* @__PURE__ */ __name(() => getKVBinding(opts.binding), "getInstance"),
    async hasItem(key) {
      key = r(key);
      const binding = getKVBinding(opts.binding);
      return await binding.get(key) !== null;
    },
    getItem(key) {
      key = r(key);
      const binding = getKVBinding(opts.binding);
      return binding.get(key);
    },
    setItem(key, value, topts) {
      key = r(key);
      const binding = getKVBinding(opts.binding);
      return binding.put(
        key,
        value,
        topts ? {
          expirationTtl: topts?.ttl ? Math.max(topts.ttl, opts.minTTL ?? 60) : void 0,
          ...topts
        } : void 0
      );
    },
    removeItem(key) {
      key = r(key);
      const binding = getKVBinding(opts.binding);
      return binding.delete(key);
    },
    getKeys(base) {
      return getKeys(base).then(
        (keys) => keys.map((key) => opts.base ? key.slice(opts.base.length) : key)
      );
    },
    async clear(base) {
      const binding = getKVBinding(opts.binding);
      const keys = await getKeys(base);
      await Promise.all(keys.map((key) => binding.delete(key)));
    }
  };
});

// src/storage/memory.ts
function matches(entry, query) {
  return (query.owner === void 0 || entry.owner === query.owner) && (query.statuses === void 0 || query.statuses.includes(entry.status)) && (query.workflow === void 0 || entry.workflow === query.workflow) && (query.session === void 0 || entry.session === query.session) && (query.before === void 0 || idTimeOf(entry.id) < query.before);
}
__name(matches, "matches");

// src/runtime/stores/kv.ts
var MIN_TTL_S = 60;
var MAX_COUNTED = 1e3;
function openKvStores(binding, now) {
  const storage = createStorage({ driver: cloudflare_kv_binding_default({ binding }) });
  return {
    storage,
    jobs: kvIndex(binding),
    lease: kvLease(storage, now),
    singleWriter: false,
    recordOptions: /* @__PURE__ */ __name((entry, ttlMs) => ({
      metadata: entry,
      ...ttlMs !== void 0 && { ttl: Math.max(Math.ceil(ttlMs / 1e3), MIN_TTL_S) }
    }), "recordOptions"),
    close: /* @__PURE__ */ __name(async () => void 0, "close")
  };
}
__name(openKvStores, "openKvStores");
function kvIndex(binding) {
  return {
    // The metadata of the record is the entry.
    async put() {
    },
    async remove() {
    },
    async page(query, limit, cursor) {
      const start = cursor === void 0 ? { at: null, skip: 0 } : decodeCursor(cursor);
      if (!start) return null;
      const ids = [];
      let { at, skip } = start;
      for (; ; ) {
        const {
          keys,
          list_complete: complete,
          cursor: next
        } = await binding.list({ prefix: JOB_PREFIX, cursor: at, limit: 1e3 });
        for (; skip < keys.length; skip++) {
          const { name, metadata: metadata2 } = keys[skip];
          if (!metadata2 || !matches(metadata2, query)) continue;
          if (ids.length === limit) return { ids, next: encodeCursor({ at, skip }) };
          ids.push(jobIdOf(name));
        }
        if (complete || next === void 0) return { ids, next: null };
        at = next;
        skip = 0;
      }
    },
    async count(query) {
      const page3 = await this.page(query, MAX_COUNTED);
      return page3?.ids.length ?? 0;
    }
  };
}
__name(kvIndex, "kvIndex");
function kvLease(storage, now) {
  return {
    /** Two at once in two places can both win: KV tells what was written elsewhere up to a minute later. */
    async acquire(name, holder, ttlMs) {
      const held = await storage.getItem(name);
      if (held && held.until > now() && held.holder !== holder) return held.holder;
      const ttl = Math.max(Math.ceil(ttlMs / 1e3), MIN_TTL_S);
      await storage.setItem(name, { holder, until: now() + ttlMs }, { ttl });
      return holder;
    },
    async release(name, holder) {
      const held = await storage.getItem(name);
      if (held?.holder === holder) await storage.removeItem(name);
    }
  };
}
__name(kvLease, "kvLease");
function encodeCursor(place3) {
  return btoa(JSON.stringify([place3.at, place3.skip])).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
__name(encodeCursor, "encodeCursor");
function decodeCursor(cursor) {
  try {
    const place3 = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(place3)) return null;
    const [at, skip] = place3;
    return (at === null || typeof at === "string") && Number.isSafeInteger(skip) && Number(skip) >= 0 ? { at, skip: Number(skip) } : null;
  } catch {
    return null;
  }
}
__name(decodeCursor, "decodeCursor");

// src/runtime/bindings.ts
function parseBindings(env) {
  const config2 = parseConfig(workerSettings(env));
  const { storage } = config2;
  const binding = storage.kind === "kv" ? env[storage.binding] : void 0;
  if (typeof binding === "object" && binding !== null)
    return { config: config2, stores: openKvStores(binding, Date.now) };
  const fault2 = storage.kind === "kv" ? `there is no KV binding "${storage.binding}"; put it into wrangler.toml:

[[kv_namespaces]]
binding = "${storage.binding}"` : `"${storage.kind}:" is not available on Workers; give kv:BINDING, the name of a KV binding of wrangler.toml`;
  throw new Error(`comfygate cannot start with these settings:
  - STORAGE_URL: ${fault2}`);
}
__name(parseBindings, "parseBindings");
function workerSettings(env) {
  const given = Object.entries(env).filter(([, value]) => typeof value === "string");
  return {
    STORAGE_URL: "kv:JOBS",
    ALLOWED_HOSTS: "*",
    ...Object.fromEntries(given),
    HOST: "0.0.0.0",
    COMFYUI_TRANSPORT: "poll"
  };
}
__name(workerSettings, "workerSettings");

// src/runtime/cloudflare.ts
var cloudflare_default = {
  fetch: /* @__PURE__ */ __name((request, env) => {
    try {
      return gatewayOf(env).fetch(request);
    } catch (error2) {
      console.error(error2);
      const message = error2 instanceof Error ? error2.message : String(error2);
      return Response.json(toEnvelope(new GatewayError("internal_error", message)), { status: 500 });
    }
  }, "fetch"),
  scheduled: /* @__PURE__ */ __name((_event, env) => gatewayOf(env).scheduled(), "scheduled")
};
var gateways = /* @__PURE__ */ new WeakMap();
function gatewayOf(env) {
  let gateway = gateways.get(env);
  if (!gateway) gateways.set(env, gateway = open2(env));
  return gateway;
}
__name(gatewayOf, "gatewayOf");
function open2(env) {
  const { config: config2, stores } = parseBindings(env);
  const log = createLog(config2.logLevel, (line) => console.error(line), Date.now);
  const standard = overFetch((url2, init) => fetch(url2, init));
  return createGateway(config2, { stores, fetch: standard, newId: v7_default, now: Date.now, log, resident: false });
}
__name(open2, "open");

// node_modules/wrangler/templates/middleware/middleware-ensure-req-body-drained.ts
var drainBody = /* @__PURE__ */ __name(async (request, env, _ctx, middlewareCtx) => {
  try {
    return await middlewareCtx.next(request, env);
  } finally {
    try {
      if (request.body !== null && !request.bodyUsed) {
        const reader = request.body.getReader();
        while (!(await reader.read()).done) {
        }
      }
    } catch (e) {
      console.error("Failed to drain the unused request body.", e);
    }
  }
}, "drainBody");
var middleware_ensure_req_body_drained_default = drainBody;

// node_modules/wrangler/templates/middleware/middleware-miniflare3-json-error.ts
function reduceError(e) {
  return {
    name: e?.name,
    message: e?.message ?? String(e),
    stack: e?.stack,
    cause: e?.cause === void 0 ? void 0 : reduceError(e.cause)
  };
}
__name(reduceError, "reduceError");
var jsonError = /* @__PURE__ */ __name(async (request, env, _ctx, middlewareCtx) => {
  try {
    return await middlewareCtx.next(request, env);
  } catch (e) {
    const error2 = reduceError(e);
    const body = JSON.stringify(error2);
    const headers = {
      "Content-Type": "application/json",
      "MF-Experimental-Error-Stack": "true"
    };
    const encoded = encodeURIComponent(body);
    if (encoded.length <= 8192) {
      headers["MF-Experimental-Error-Stack-Payload"] = encoded;
    }
    return new Response(body, { status: 500, headers });
  }
}, "jsonError");
var middleware_miniflare3_json_error_default = jsonError;

// .wrangler/tmp/bundle-7MbnfV/middleware-insertion-facade.js
var __INTERNAL_WRANGLER_MIDDLEWARE__ = [
  middleware_ensure_req_body_drained_default,
  middleware_miniflare3_json_error_default
];
var middleware_insertion_facade_default = cloudflare_default;

// node_modules/wrangler/templates/middleware/common.ts
var __facade_middleware__ = [];
function __facade_register__(...args) {
  __facade_middleware__.push(...args.flat());
}
__name(__facade_register__, "__facade_register__");
function __facade_invokeChain__(request, env, ctx, dispatch, middlewareChain) {
  const [head, ...tail] = middlewareChain;
  const middlewareCtx = {
    dispatch,
    next(newRequest, newEnv) {
      return __facade_invokeChain__(newRequest, newEnv, ctx, dispatch, tail);
    }
  };
  return head(request, env, ctx, middlewareCtx);
}
__name(__facade_invokeChain__, "__facade_invokeChain__");
function __facade_invoke__(request, env, ctx, dispatch, finalMiddleware) {
  return __facade_invokeChain__(request, env, ctx, dispatch, [
    ...__facade_middleware__,
    finalMiddleware
  ]);
}
__name(__facade_invoke__, "__facade_invoke__");

// .wrangler/tmp/bundle-7MbnfV/middleware-loader.entry.ts
var __Facade_ScheduledController__ = class ___Facade_ScheduledController__ {
  constructor(scheduledTime, cron, noRetry) {
    this.scheduledTime = scheduledTime;
    this.cron = cron;
    this.#noRetry = noRetry;
  }
  scheduledTime;
  cron;
  static {
    __name(this, "__Facade_ScheduledController__");
  }
  #noRetry;
  noRetry() {
    if (!(this instanceof ___Facade_ScheduledController__)) {
      throw new TypeError("Illegal invocation");
    }
    this.#noRetry();
  }
};
function wrapExportedHandler(worker) {
  if (__INTERNAL_WRANGLER_MIDDLEWARE__ === void 0 || __INTERNAL_WRANGLER_MIDDLEWARE__.length === 0) {
    return worker;
  }
  for (const middleware of __INTERNAL_WRANGLER_MIDDLEWARE__) {
    __facade_register__(middleware);
  }
  const fetchDispatcher = /* @__PURE__ */ __name(function(request, env, ctx) {
    if (worker.fetch === void 0) {
      throw new Error("Handler does not export a fetch() function.");
    }
    return worker.fetch(request, env, ctx);
  }, "fetchDispatcher");
  return {
    ...worker,
    fetch(request, env, ctx) {
      const dispatcher = /* @__PURE__ */ __name(function(type, init) {
        if (type === "scheduled" && worker.scheduled !== void 0) {
          const controller = new __Facade_ScheduledController__(
            Date.now(),
            init.cron ?? "",
            () => {
            }
          );
          return worker.scheduled(controller, env, ctx);
        }
      }, "dispatcher");
      return __facade_invoke__(request, env, ctx, dispatcher, fetchDispatcher);
    }
  };
}
__name(wrapExportedHandler, "wrapExportedHandler");
function wrapWorkerEntrypoint(klass) {
  if (__INTERNAL_WRANGLER_MIDDLEWARE__ === void 0 || __INTERNAL_WRANGLER_MIDDLEWARE__.length === 0) {
    return klass;
  }
  for (const middleware of __INTERNAL_WRANGLER_MIDDLEWARE__) {
    __facade_register__(middleware);
  }
  return class extends klass {
    #fetchDispatcher = /* @__PURE__ */ __name((request, env, ctx) => {
      this.env = env;
      this.ctx = ctx;
      if (super.fetch === void 0) {
        throw new Error("Entrypoint class does not define a fetch() function.");
      }
      return super.fetch(request);
    }, "#fetchDispatcher");
    #dispatcher = /* @__PURE__ */ __name((type, init) => {
      if (type === "scheduled" && super.scheduled !== void 0) {
        const controller = new __Facade_ScheduledController__(
          Date.now(),
          init.cron ?? "",
          () => {
          }
        );
        return super.scheduled(controller);
      }
    }, "#dispatcher");
    fetch(request) {
      return __facade_invoke__(
        request,
        this.env,
        this.ctx,
        this.#dispatcher,
        this.#fetchDispatcher
      );
    }
  };
}
__name(wrapWorkerEntrypoint, "wrapWorkerEntrypoint");
var WRAPPED_ENTRY;
if (typeof middleware_insertion_facade_default === "object") {
  WRAPPED_ENTRY = wrapExportedHandler(middleware_insertion_facade_default);
} else if (typeof middleware_insertion_facade_default === "function") {
  WRAPPED_ENTRY = wrapWorkerEntrypoint(middleware_insertion_facade_default);
}
var middleware_loader_entry_default = WRAPPED_ENTRY;
export {
  __INTERNAL_WRANGLER_MIDDLEWARE__,
  middleware_loader_entry_default as default
};
//# sourceMappingURL=cloudflare.js.map
