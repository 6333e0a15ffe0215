// What makes something for a viewer when it is first asked for, and gives the same from then on.
/** @type {<Made>(make: (viewer: Viewer, parts: any) => Made) => (viewer: Viewer, parts: any) => Made} */
export const once = make => {
	const made = new WeakMap();
	return (viewer, parts) => {
		if (!made.has(viewer)) made.set(viewer, make(viewer, parts));
		return made.get(viewer);
	};
};
