/** Prompts that help a person to get from an idea to a picture they like, one change at a time. */
import type { JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';

interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
}

interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: PromptArgument[];
  text: (given: Record<string, string>) => string;
}

const ASSET: PromptArgument = {
  name: 'asset_id',
  description: 'Id of the image; the latest if left out.',
  required: false,
};

const PROMPTS: Prompt[] = [
  {
    name: 'make_image',
    title: 'Make an image',
    description: 'From an idea to a first image, looked at before it is shown.',
    arguments: [
      { name: 'idea', description: 'What the image is to show.', required: true },
      { name: 'workflow', description: 'Workflow to use.', required: false },
      { name: 'model', description: 'Model to use.', required: false },
    ],
    text: ({ idea, workflow, model }) =>
      [
        `Make an image of this: ${idea}`,
        '',
        workflow
          ? `Use run_workflow with workflow_id '${workflow}'.`
          : 'Choose the workflow that fits best from list_workflows.',
        ...(model ? [`Use the model '${model}'.`] : []),
        'Write a prompt with subject, composition, light and style, and keep it under 60 words.',
        'If the job is not finished when the call returns, call get_job with its job_id and wait_seconds 45 until it is.',
        'Then look at it with view_image. Say in one sentence what came out well and what did not, give the link, and name two changes that would be worth a try.',
      ].join('\n'),
  },
  {
    name: 'refine_image',
    title: 'Change one thing',
    description: 'The same image with one change, everything else as it was.',
    arguments: [{ name: 'change', description: 'What is to be different.', required: true }, ASSET],
    text: ({ change, asset_id: asset }) =>
      [
        `Change one thing about ${subject(asset)}: ${change}`,
        '',
        'Read its parameters with get_asset_metadata and look at it with view_image.',
        'Call regenerate with seed -1, so that everything else stays, and with only those param_overrides that the change needs. If the prompt must change, keep its words and add or replace as few as possible.',
        'Look at the result with view_image and compare both. If the change is not to be seen, try once more with a stronger wording, then say so.',
        'Give both links, and list the parameters that differ.',
      ].join('\n'),
  },
  {
    name: 'vary_image',
    title: 'Try variations',
    description: 'A few variations of an image with other seeds, compared.',
    arguments: [ASSET, { name: 'count', description: 'How many; 3 if left out.', required: false }],
    text: ({ asset_id: asset, count = '3' }) =>
      [
        `Make ${count} variations of ${subject(asset)}.`,
        '',
        'Call regenerate once for each, without a seed and with wait_seconds 0, so that all of them are in the queue at once.',
        'Wait for each with get_job and wait_seconds 45, and look at each with view_image.',
        'Compare them in one line each, say which is the best and why, and give all links.',
      ].join('\n'),
  },
];

/** `prompts/list`. */
export const PROMPT_LIST: JsonObject[] = PROMPTS.map(({ text: _text, ...rest }) => rest);

/** `prompts/get`. Throws `not_found` or `invalid_request`. */
export function getPrompt(name: string, given: Record<string, string> = {}) {
  const prompt = PROMPTS.find((candidate) => candidate.name === name);
  if (!prompt) {
    const names = PROMPTS.map((candidate) => candidate.name).join(', ');
    throw new GatewayError('not_found', `There is no prompt '${name.slice(0, 80)}'. There are ${names}.`);
  }
  const missing = prompt.arguments.find((argument) => argument.required && !given[argument.name]);
  if (missing) {
    throw new GatewayError(
      'invalid_request',
      `'${missing.name}' is missing: ${prompt.name} needs it. ${missing.description}`,
    );
  }
  return {
    description: prompt.description,
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text: prompt.text(given) } }],
  };
}

function subject(asset: string | undefined): string {
  return asset
    ? `the image with asset_id '${asset}'`
    : "the latest image of this conversation (list_assets with session_id 'current' and limit 1; without a session, limit 1)";
}
