/** Workflow files as a runtime lends them: a folder on disk, or what was bundled into a Worker. */

export interface WorkflowFile {
  /** Within its folder, such as `generate_image.json`. */
  name: string;
  sizeBytes: number;
  /** Ms since 1970. */
  modifiedAt: number;
  /** Changes with the content. */
  stamp: string;
}

export interface WorkflowFolder {
  /** All files in it, in any order; none if there is no such folder. */
  list(): Promise<WorkflowFile[]>;
  read(name: string): Promise<Uint8Array>;
}

/** An entry of config.json's `services[]`, unchecked, and the graph that it names. */
export interface ServiceSource {
  service: unknown;
  /** Throws if the file is not there. */
  graph(): Promise<{ text: string; modifiedAt: number }>;
}
