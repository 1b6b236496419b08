package inspect

// OrientationOf is for the fuzz test: a process for each try would take too long.
func OrientationOf(mime string, content []byte) int { return int(orientationOf(mime, content)) }
