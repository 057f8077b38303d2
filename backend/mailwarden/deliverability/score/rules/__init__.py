"""The deliverability score as pure integer arithmetic. docs/deliverability-score.md is its published form."""
