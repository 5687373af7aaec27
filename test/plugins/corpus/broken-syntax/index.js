export default defineStrategy({;
