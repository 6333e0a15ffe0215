// Of unzipit, which is not checked here, what the viewer uses of it.

export interface ZipEntry {
	name: string;
	encrypted: boolean;
	compressionMethod: number;
	blob(): Promise<Blob>;
}

export function unzipRaw(source: Blob): Promise<{ entries: ZipEntry[] }>;
