DROP INDEX {index};
