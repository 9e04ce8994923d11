package schedule

import (
	"sync"
	"time"
)

// zones has the zones that were read: there are some hundreds in the world, and reading
// one takes longer than most of what is done with it.
var zones sync.Map // of *time.Location by name

// Zone is time.LoadLocation that reads each zone once.
func Zone(name string) (*time.Location, error) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, zone)
	}
	return zone, err
}
