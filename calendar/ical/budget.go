package ical

// DefaultSteps is what a question may cost that was given no Budget: well under a
// millisecond.
const DefaultSteps = 10_000

// A Budget is the number of steps that a question, or several that share it, may
// cost. A step takes some ten nanoseconds, whatever the rule. Questions take a
// *Budget and make it smaller; nil means DefaultSteps for that question.
type Budget int

// ErrBudget is returned by a question whose Budget is spent: the rule is too expensive
// to be answered, and nothing may be concluded from it.
const ErrBudget = failure("the rule takes too many steps to be answered: make its INTERVAL, COUNT or BY parts simpler")

func (b *Budget) spend(steps int) error {
	if *b < Budget(steps) {
		*b = 0
		return ErrBudget
	}
	*b -= Budget(steps)
	return nil
}

// orDefault returns b, or a new Budget where there is none.
func (b *Budget) orDefault() *Budget {
	if b == nil {
		b = new(Budget(DefaultSteps))
	}
	return b
}
