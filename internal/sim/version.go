package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// version is a semantic one, without endings.
type version [3]int

// parseVersion reads "2.1.0"; what is no number counts as 0.
func parseVersion(s string) (v version) {
	for i, part := range strings.SplitN(s, ".", 3) {
		v[i], _ = strconv.Atoi(part)
	}
	return v
}

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// next is the version of the next release: the first one is 1.0.0.
func (v version) next() version {
	if v == (version{}) {
		return version{1, 0, 0}
	}
	return version{v[0], v[1] + 1, 0}
}

// max is the later of two versions, by their numbers and not by their letters:
// 10.0.0 is later than 9.0.0.
func (v version) max(w version) version {
	for i := range v {
		if v[i] != w[i] {
			if v[i] < w[i] {
				return w
			}
			return v
		}
	}
	return v
}

// splitKey cuts namespace/name@version before the version.
func splitKey(key string) (id, v string) {
	id, v, _ = strings.Cut(key, "@")
	return id, v
}
