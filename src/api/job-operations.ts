/** Operations on jobs and their events. */
import {
  STRING,
  ref,
  path,
  header,
  answer,
  json,
  SUBMIT_HEADERS,
  COMMON,
  OF_ONE,
  EXAMPLE_GRAPH,
  JOB_MADE,
  DRY_RUN,
  SUBMIT_ERRORS,
  RUN_ERRORS,
  type Errors,
  type Operations,
} from './operation.ts';
import * as requests from './requests.ts';

const JOB_ID = path('Job id.');
const STREAM = {
  ...COMMON,
  400: ['invalid_request'],
  429: ['too_many_streams', 'rate_limited'],
} satisfies Errors;
const EVENTS = { 'text/event-stream': { schema: STRING } };
const EVENT_SCHEMAS = {
  status: { schema: '#/components/schemas/StatusEvent' },
  progress: { schema: '#/components/schemas/ProgressEvent' },
  preview: { schema: '#/components/schemas/PreviewEvent' },
  output: { schema: '#/components/schemas/Output' },
};

export const JOB_OPERATIONS: Operations = {
  'POST /api/v2/jobs': {
    id: 'postJobs',
    tag: 'jobs',
    summary: 'Submit a workflow',
    description: 'ComfyUI checks the graph before the answer. 201 means that the job is recorded and queued.',
    parameters: SUBMIT_HEADERS,
    query: requests.DryRunQuery,
    body: { schema: ref('SubmitRequest'), example: { workflow: EXAMPLE_GRAPH } },
    answers: { ...JOB_MADE, ...DRY_RUN },
    errors: SUBMIT_ERRORS,
  },
  'GET /api/v2/jobs': {
    id: 'listJobs',
    tag: 'jobs',
    summary: 'List jobs, newest first',
    query: requests.JobListQuery,
    answers: { 200: json('JobList', 'A page of jobs.') },
    errors: { ...COMMON, 400: ['invalid_request'] },
  },
  'GET /api/v2/jobs/{id}': {
    id: 'getJob',
    tag: 'jobs',
    summary: 'Read a job',
    description: 'State, latest progress, and every output so far. With `wait` it is a long poll.',
    parameters: [JOB_ID],
    query: requests.JobQuery,
    answers: { 200: json('Job', 'The job.') },
    errors: { ...OF_ONE, 400: ['invalid_request'] },
  },
  'DELETE /api/v2/jobs/{id}': {
    id: 'deleteJob',
    tag: 'jobs',
    summary: 'Delete a job',
    description: 'Its record, workflow and asset records. A live job is cancelled first.',
    parameters: [JOB_ID],
    answers: { 204: answer('It is gone.') },
    errors: OF_ONE,
  },
  'GET /api/v2/jobs/{id}/workflow': {
    id: 'getJobWorkflow',
    tag: 'jobs',
    summary: 'Read the workflow of a job',
    parameters: [JOB_ID],
    answers: { 200: json('JobWorkflow', 'The graph as it was submitted.') },
    errors: OF_ONE,
  },
  'POST /api/v2/jobs/{id}/cancel': {
    id: 'cancelJob',
    tag: 'jobs',
    summary: 'Cancel a job',
    description: 'May be repeated. A job that has ended stays as it is.',
    parameters: [JOB_ID],
    answers: { 200: json('Job', 'The job as it is now: `canceling`, or ended.') },
    errors: OF_ONE,
  },
  'POST /api/v2/jobs/{id}/regenerate': {
    id: 'regenerateJob',
    tag: 'jobs',
    summary: 'Run a job again with changes',
    description:
      'Its own graph, with another seed if none is given. The new job names the old in `regenerated_from`.',
    parameters: [JOB_ID, ...SUBMIT_HEADERS],
    body: { schema: ref('RegenerateRequest'), example: { overrides: { steps: 30 } } },
    answers: JOB_MADE,
    errors: RUN_ERRORS,
  },
  'GET /api/v2/jobs/{id}/events': {
    id: 'getJobEvents',
    tag: 'events',
    summary: 'Watch a job',
    description:
      'First the state as it is, then live, up to the last `status`. A stream that resumes after `Last-Event-ID` misses no status and no output.',
    parameters: [
      JOB_ID,
      header('Last-Event-ID', 'Number of the last event received; EventSource sends it by itself.'),
      {
        name: 'starting_after',
        in: 'query',
        description: 'The same, for clients that cannot send the header.',
        schema: STRING,
      },
    ],
    answers: {
      200: answer('The stream.', EVENTS),
      204: answer('Nothing is left to tell: the job has ended, and its last event was received.'),
    },
    errors: { ...STREAM, 404: ['not_found'] },
    events: EVENT_SCHEMAS,
  },
  'GET /api/v2/events': {
    id: 'getEvents',
    tag: 'events',
    summary: 'Watch all jobs',
    description:
      'The same events of all jobs that the caller may see. Each payload names its `job_id`; there is no resume.',
    query: requests.EventsQuery,
    answers: { 200: answer('The stream.', EVENTS) },
    errors: STREAM,
    events: EVENT_SCHEMAS,
  },
};
